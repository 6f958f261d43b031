// The routes of workspaces and repositories in the mock.
export function workspaceRoutes(store, remotes, agentOf) {
  const { workspaces } = store;
  const of = (rest) => new RegExp(`^/v1/agents/([^/]+)/${rest}$`);
  return [
    ["GET", of("workspace"), ([id]) => workspaces.details(agentOf(id))],
    ["GET", of("diff"), ([id], query) => workspaces.diff(agentOf(id), query)],
    ["GET", of("patch"), ([id], query) => workspaces.patch(agentOf(id), query)],
    ["GET", of("checkpoints"), ([id], query) => workspaces.checkpoints(agentOf(id), query)],
    ["POST", of("checkpoints/([^/]+)/restore"), ([id, checkpoint]) => workspaces.restore(agentOf(id), checkpoint)],
    ["GET", of("files"), ([id], query) => workspaces.files(agentOf(id), query)],
    ["GET", of("files/raw"), ([id], query) => workspaces.raw(agentOf(id), query)],
    ["GET", of("archive"), ([id]) => workspaces.archive(agentOf(id))],
    ["POST", of("commit"), ([id], _, body) => workspaces.commit(agentOf(id), body)],
    ["POST", of("push"), ([id]) => workspaces.push(agentOf(id))],
    ["POST", of("update"), ([id], _, body) => workspaces.update(agentOf(id), body)],
    ["POST", of("update/abort"), ([id]) => workspaces.abort(agentOf(id))],
    ["POST", of("apply"), ([id]) => workspaces.apply(agentOf(id))],
    ["GET", /^\/v1\/repositories$/, () => remotes.list()],
    ["GET", /^\/v1\/repositories\/refs$/, (_, query) => remotes.refs(query.get("url") ?? "")],
    ["GET", /^\/v1\/git-credentials$/, () => remotes.credentials()],
    ["PUT", /^\/v1\/git-credentials$/, (_, __, body) => remotes.keep(body)],
    ["DELETE", /^\/v1\/git-credentials\/([^/]+)$/, ([id]) => remotes.forget(id)],
    ["GET", /^\/v1\/workspace-settings$/, () => remotes.settings()],
    ["PATCH", /^\/v1\/workspace-settings$/, (_, __, body) => remotes.patch(body)],
  ];
}
