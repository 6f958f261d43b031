// Workspaces in the mock: a small project in memory for each chat, that its runs change.
import { createHash, randomUUID } from "node:crypto";
import { extname } from "node:path";

import { diffTrees, fileDiff, isIgnored, project } from "./tree.mjs";

const now = () => new Date().toISOString();
const hash = (text) => createHash("sha1").update(text).digest("hex");
const mimes = { ".png": "image/png", ".ts": "text/x-typescript", ".md": "text/markdown", ".json": "application/json", ".js": "text/javascript" };

/** An answer that is not JSON. */
export class Raw {
  constructor(body, headers) {
    Object.assign(this, { body, headers });
  }
}

export class Workspaces {
  trees = new Map();

  constructor(store, failure) {
    Object.assign(this, { store, failure });
  }

  of(agent) {
    let workspace = this.trees.get(agent.id);
    if (!workspace) {
      const base = agent.workspace.type === "empty" ? new Map() : project();
      workspace = { base, now: base, checkpoints: [], committed: base, pushed: base, ahead: 0, behind: agent.workspace.type === "local" ? 0 : 2, conflicts: [], notCaptured: [] };
      this.trees.set(agent.id, workspace);
    }
    return workspace;
  }

  checkpoint(agent, kind, runId) {
    const workspace = this.of(agent);
    const tree = hash([...workspace.now].filter(([path]) => !isIgnored(path)).map(([path, content]) => `${path}\0${content.length}\0${String(content).slice(0, 400)}`).join("\0"));
    const made = { id: `cp-${randomUUID()}`, kind, runId, createdAt: now(), tree, notCaptured: workspace.notCaptured.length, files: workspace.now };
    workspace.checkpoints.push(made);
    return made;
  }

  started(agent, run) {
    agent.workspace.state = "ready";
    this.checkpoint(agent, "run_start", run.id);
  }

  /** An agent writes a file, or changes the whole. */
  write(agent, path, change) {
    if (agent.permission === "read-only") return;
    const workspace = this.of(agent);
    workspace.now = path === undefined ? change(workspace.now) : new Map(workspace.now).set(path, change(workspace.now.get(path)));
  }

  ended(agent, run) {
    this.checkpoint(agent, "run_end", run.id);
  }

  free(agent) {
    if (this.store.isBusy(agent)) throw this.failure(409, "workspace_busy", "A run works in this workspace. Wait until it has ended, or stop it.");
    return this.ready(agent);
  }

  ready(agent) {
    if (agent.workspace.state === "pending") throw this.failure(409, "workspace_not_ready", "The workspace is not prepared yet: its first run does that.");
    return this.of(agent);
  }

  writable(agent) {
    const workspace = this.free(agent);
    if (agent.workspace.type === "local" && !agent.workspace.copyOf) throw this.failure(409, "your_own_directory", "This is a directory of yours: commit and push there yourself.");
    return workspace;
  }

  details(agent) {
    const workspace = this.of(agent);
    const own = agent.workspace.type !== "local" || Boolean(agent.workspace.copyOf);
    const repositories = (agent.repos.length > 0 ? agent.repos : [{}]).map((repo, index) => ({
      path: agent.repos.length > 1 ? repo.url.split("/").at(-1).replace(/\.git$/, "") : "",
      url: repo.url,
      branch: agent.branch ?? (own ? "cursor/make-it-polite-x4kd" : "main"),
      head: hash(`head${workspace.ahead}`),
      base: agent.workspace.type === "empty" ? undefined : { ref: repo.startingRef ?? "main", commit: hash("base") },
      ahead: workspace.ahead,
      behind: workspace.behind,
      uncommitted: index === 0 ? diffTrees(workspace.committed, workspace.now).length : 0,
      pushed: workspace.pushed === workspace.now,
      merging: workspace.conflicts.length > 0,
      conflicts: index === 0 ? workspace.conflicts : [],
      writable: own,
    }));
    return { ...agent.workspace, sizeBytes: 48_213_004, repositories: agent.workspace.state === "pending" ? [] : repositories };
  }

  tree(agent, point, side) {
    const workspace = this.of(agent);
    if (point === undefined) return side === "from" ? [workspace.base, { kind: "base" }] : [workspace.now, { kind: "now", at: now() }];
    if (point === "base") return [workspace.base, { kind: "base" }];
    if (point === "now") return [workspace.now, { kind: "now", at: now() }];
    const found = workspace.checkpoints.find(({ id }) => id === point);
    if (!found) throw this.failure(404, "checkpoint_not_found", "There is no such checkpoint in this chat.");
    return [found.files, { checkpointId: found.id, kind: found.kind, at: found.createdAt }];
  }

  changes(agent, query) {
    const workspace = this.ready(agent);
    let [from, to] = [query.get("from") ?? undefined, query.get("to") ?? undefined];
    const runId = query.get("runId");
    if (runId) {
      const of = (kind) => workspace.checkpoints.find((made) => made.runId === runId && made.kind === kind)?.id;
      [from, to] = [of("run_start") ?? "base", of("run_end") ?? "now"];
    }
    const [before, fromPoint] = this.tree(agent, from, "from");
    const [after, toPoint] = this.tree(agent, to, "to");
    const path = query.get("path");
    const files = diffTrees(before, after).filter((file) => !path || file.path === path || file.path.startsWith(`${path}/`));
    return { from: fromPoint, to: toPoint, files, notCaptured: workspace.notCaptured, mayHoldOthersWork: (agent.workspace.sharedWith ?? []).length > 0 };
  }

  diff(agent, query) {
    const { files, ...rest } = this.changes(agent, query);
    const withHunks = query.get("hunks") !== "false";
    const limit = Math.min(Number(query.get("limit") ?? 50), withHunks ? 100 : 1_000);
    const start = Number(query.get("cursor") ?? 0);
    const counted = files.map((file) => fileDiff(file, false, false));
    const sum = (field) => counted.reduce((total, file) => total + (file[field] ?? 0), 0);
    const shown = files.slice(start, start + limit).map((file, index) => (withHunks ? fileDiff(file, true, files.length === 1) : counted[start + index]));
    return { ...rest, files: shown, totalFiles: files.length, additions: sum("additions"), deletions: sum("deletions"), nextCursor: start + limit < files.length ? String(start + limit) : undefined };
  }

  patch(agent, query) {
    const { files } = this.changes(agent, query);
    const text = files.map((file) => {
      const { path, oldPath, hunks = [], status } = fileDiff(file, true, true);
      return `diff --git a/${oldPath ?? path} b/${path}\n--- ${status === "added" ? "/dev/null" : `a/${oldPath ?? path}`}\n+++ ${status === "deleted" ? "/dev/null" : `b/${path}`}\n${hunks.map((hunk) => `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@\n${hunk.lines.join("\n")}\n`).join("")}`;
    });
    return new Raw(text.join(""), { "content-type": "text/x-patch" });
  }

  checkpoints(agent, query) {
    const limit = Number(query.get("limit") ?? 20);
    const start = Number(query.get("cursor") ?? 0);
    const all = this.of(agent).checkpoints.map(shown).reverse();
    return { items: all.slice(start, start + limit), nextCursor: start + limit < all.length ? String(start + limit) : undefined };
  }

  restore(agent, id) {
    const workspace = this.free(agent);
    const found = workspace.checkpoints.find((made) => made.id === id);
    if (!found) throw this.failure(404, "checkpoint_not_found", "There is no such checkpoint in this chat.");
    const checkpoint = this.checkpoint(agent, "before_restore");
    const changed = diffTrees(workspace.now, found.files);
    workspace.now = found.files;
    return { checkpoint: shown(checkpoint), written: changed.filter(({ status }) => status !== "deleted").length, removed: changed.filter(({ status }) => status === "deleted").length };
  }

  commit(agent, { message } = {}) {
    const workspace = this.writable(agent);
    if (diffTrees(workspace.committed, workspace.now).length === 0) throw this.failure(409, "nothing_to_commit", "Everything is committed already.");
    if (message === "no identity") throw this.failure(409, "no_git_identity", "Git does not know who commits. Give a name and an address in the settings.");
    workspace.committed = workspace.now;
    workspace.ahead++;
    return { items: [{ path: "", branch: this.details(agent).repositories[0].branch, commit: hash(`head${workspace.ahead}`) }] };
  }

  push(agent) {
    const workspace = this.writable(agent);
    const [repository] = this.details(agent).repositories;
    if (!repository.url) throw this.failure(409, "push_rejected", "This repository has no remote.");
    if (repository.url.includes("denied")) throw this.failure(502, "repository_access", "The remote said: Permission to me/denied.git denied. Tried: SSH agent, ~/.ssh/id_ed25519.");
    workspace.pushed = workspace.now;
    return { items: [{ path: "", url: repository.url, branch: repository.branch, commit: repository.head }] };
  }

  update(agent, { method }) {
    const workspace = this.writable(agent);
    if (diffTrees(workspace.committed, workspace.now).length > 0) throw this.failure(409, "uncommitted_changes", "There are changes that are not committed. Commit them first.");
    this.checkpoint(agent, "before_update");
    const commits = workspace.behind;
    if (commits === 0) return { items: [{ path: "", state: "up_to_date", commits: 0, conflicts: [] }] };
    if (method === "merge") workspace.conflicts = ["src/greet.ts", "src/names.ts"];
    else workspace.behind = 0;
    return { items: [{ path: "", state: method === "merge" ? "conflicts" : "updated", commits, conflicts: workspace.conflicts }] };
  }

  abort(agent) {
    this.writable(agent).conflicts = [];
    return {};
  }

  apply(agent) {
    const workspace = this.free(agent);
    if (!agent.workspace.copyOf) throw this.failure(409, "your_own_directory", "This workspace is no copy of a directory.");
    if (workspace.applied) throw Object.assign(this.failure(409, "apply_conflict", "Two files were changed in your checkout, too. Nothing was changed."), { conflicts: ["src/greet.ts", "src/names.ts"] });
    workspace.applied = true;
    return { path: agent.workspace.copyOf, files: diffTrees(workspace.base, workspace.now).length };
  }

  entry(workspace, path) {
    const content = workspace.now.get(path);
    return { name: path.split("/").at(-1), path, type: content === undefined ? "directory" : "file", size: content?.length, modifiedAt: now(), ignored: isIgnored(path) || path.startsWith("node_modules") };
  }

  files(agent, query) {
    const workspace = this.ready(agent);
    const search = query.get("query")?.toLowerCase();
    if (search) {
      const pattern = new RegExp([...search].map((letter) => letter.replace(/[^\w]/g, "\\$&")).join(".*"));
      const found = [...workspace.now.keys()].filter((path) => !isIgnored(path) && pattern.test(path.toLowerCase()));
      const limit = Number(query.get("limit") ?? 20);
      return { items: found.sort((a, b) => a.length - b.length).slice(0, limit).map((path) => this.entry(workspace, path)), truncated: found.length > limit || undefined };
    }
    const path = this.inside(query);
    const content = workspace.now.get(path);
    if (content !== undefined) {
      const binary = Buffer.isBuffer(content);
      return { type: "file", path, size: content.length, modifiedAt: now(), mimeType: mimes[extname(path)] ?? "text/plain", binary, ...(binary ? {} : { text: content.slice(0, 1_000_000), truncated: content.length > 1_000_000 || undefined }) };
    }
    const prefix = path ? `${path}/` : "";
    const names = new Set([...workspace.now.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length).split("/")[0]));
    if (names.size === 0 && path) throw this.failure(404, "file_not_found", `There is no ${path} in this workspace.`);
    const items = [...names].map((name) => this.entry(workspace, prefix + name)).sort((a, b) => (a.type === b.type ? (a.name < b.name ? -1 : 1) : a.type === "directory" ? -1 : 1));
    const start = Number(query.get("cursor") ?? 0);
    const limit = Number(query.get("limit") ?? 200);
    return { type: "directory", path, items: items.slice(start, start + limit), nextCursor: start + limit < items.length ? String(start + limit) : undefined };
  }

  raw(agent, query) {
    const path = this.inside(query);
    const content = this.ready(agent).now.get(path);
    if (content === undefined) throw this.failure(404, "file_not_found", `There is no ${path} in this workspace.`);
    return new Raw(content, { "content-type": mimes[extname(path)]?.startsWith("image/") ? mimes[extname(path)] : "text/plain; charset=utf-8", ...(query.get("download") ? { "content-disposition": `attachment; filename="${path.split("/").at(-1)}"` } : {}) });
  }

  archive(agent) {
    this.ready(agent);
    return new Raw(Buffer.from("H4sIAAAAAAAAA2NgAAMAAAAAAAAAAA==", "base64"), { "content-type": "application/gzip", "content-disposition": 'attachment; filename="workspace.tar.gz"' });
  }

  inside(query) {
    const path = (query.get("path") ?? "").replace(/\/+$/, "");
    if (path.startsWith("/") || path.split("/").includes("..")) throw this.failure(400, "invalid_path", "The path leads out of the workspace.");
    return path;
  }
}

function shown({ files: _files, ...checkpoint }) {
  return checkpoint;
}
