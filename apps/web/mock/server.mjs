// A stand-in for the program's HTTP API (docs/api.md), in memory and without dependencies, for
// work on the page and for pictures of states that are hard to reach. It takes the command line
// of the real program as far as the end-to-end tests use it: `serve --listen HOST:PORT
// [--cursor-bin SCRIPT]` and `demo-agent -p PROMPT`.
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { homedir } from "node:os";
import { basename, dirname, extname, join, resolve } from "node:path";

import { listCliChats, saveCliChat } from "./cli-chats.mjs";
import { LimitBook } from "./limits.mjs";
import { Queues } from "./queue.mjs";
import { Remotes } from "./remotes.mjs";
import { seed } from "./seed.mjs";
import { Store } from "./store.mjs";
import { workspaceRoutes } from "./workspace-routes.mjs";
import { Raw, Workspaces } from "./workspaces.mjs";

const [command, ...rest] = process.argv.slice(2);
const option = (name) => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : undefined);

if (command === "demo-agent") {
  if (rest.includes("-p") || rest.includes("--print")) saveCliChat(process.cwd(), readFileSync(0, "utf8").trim() || rest.at(-1));
  process.exit(0);
}

if (command === "keys") {
  console.log("mock-key");
  process.exit(0);
}

if (command === "stop") process.exit(0);

const dist = new URL("../dist/", import.meta.url).pathname;
const home = homedir();
const cursorBin = option("--cursor-bin");
const script = cursorBin && existsSync(cursorBin) ? readFileSync(cursorBin, "utf8") : "";
const sampleProject = join(option("--data-dir") ?? home, "sample-project");
mkdirSync(sampleProject, { recursive: true });

const store = new Store();
const permissions = new Map();
const tokens = new Set();
const sessions = new Set();
const streams = new Set();
const doctorState = { loggedIn: !/LOGGED_OUT/.test(script), method: "login" };
let login = { state: "idle", output: "" };
const instance = randomUUID();

class Failure extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}
const failure = (status, code, message) => new Failure(status, code, message);
store.limits = new LimitBook(store, failure);
store.queues = new Queues(store, (agent, item, id) => beginRun(agent, item, id), failure);
store.workspaces = new Workspaces(store, failure);
const remotes = new Remotes(failure);
store.remotes = remotes;
if (rest.includes("--seed")) seed(store, home);
const notFound = (code = "not_found") => new Failure(404, code, "There is no such thing here.");

const doctor = () => ({
  ok: Boolean(cursorBin) && doctorState.loggedIn,
  checks: [
    { id: "data-directory", title: "Data directory", status: "ok", message: "Writable, 41 GB free." },
    cursorBin
      ? { id: "cursor-cli", title: "Cursor CLI", status: "ok", message: `2026.10.01 at ${cursorBin}` }
      : { id: "cursor-cli", title: "Cursor CLI", status: "error", message: "Neither `cursor-agent` nor `agent` was found on PATH.", remedy: "Install it with this command.", command: "curl https://cursor.com/install -fsS | bash" },
    ...(cursorBin && !doctorState.loggedIn ? [{ id: "cursor-login", title: "Cursor login", status: "error", message: "The CLI says that nobody is logged in.", remedy: "Sign in, or run this in a terminal.", command: "cursor-agent login" }] : []),
    { id: "git", title: "git", status: "warning", message: "git 2.39 was found; branches need 2.42.", remedy: "Update git." },
  ],
  cursor: { ...(cursorBin ? { path: cursorBin, version: "2026.10.01-e373342" } : {}), login: doctorState.loggedIn && cursorBin ? { ...doctorState, email: "demo@example.com" } : { loggedIn: false } },
  demo: { projectPath: sampleProject },
});

function directories(query) {
  const path = query.get("path") ? resolve(query.get("path")) : home;
  if (!existsSync(path) || !statSync(path).isDirectory()) throw new Failure(400, "invalid_directory", `There is no directory ${path}.`);
  const items = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && (query.get("hidden") || !entry.name.startsWith(".")))
    .map(({ name }) => ({ name, path: join(path, name), isGit: existsSync(join(path, name, ".git")) }))
    .sort((a, b) => a.name.localeCompare(b.name));
  return { path, parent: path === "/" ? undefined : dirname(path), home, items, isGit: existsSync(join(path, ".git")), permission: permissions.get(path), recent: [...permissions].reverse().map(([recent, permission]) => ({ path: recent, permission })) };
}

function createAgent(body) {
  if (!body?.prompt?.text) throw new Failure(400, "validation_error", "A prompt is needed.");
  if (body.repos?.length && body.workspace) throw new Failure(400, "validation_error", "A chat has `repos` or a `workspace`, not both.");
  for (const { url } of body.repos ?? []) remotes.use(url);
  const path = body.workspace?.type === "local" && !body.workspace.copy ? resolve(body.workspace.path) : join(home, "workspaces", randomUUID().slice(0, 8));
  if (body.workspace?.type === "local" && !existsSync(body.workspace.path)) throw new Failure(400, "invalid_directory", `There is no directory ${path}.`);
  if (body.workspace?.type === "local" && body.permission) {
    permissions.delete(path);
    permissions.set(path, body.permission);
  }
  const agent = store.addAgent({ name: body.name ?? body.prompt.text.replace(/^#demo.*\n/, "").split("\n")[0].slice(0, 80), driver: body.driver ?? "cursor", workspace: { type: body.repos ? "git" : (body.workspace?.type ?? "empty"), path, ...(body.workspace?.copy ? { copyOf: resolve(body.workspace.path) } : {}) }, repos: body.repos ?? [], branch: body.workOnCurrentBranch ? (body.repos?.[0].startingRef ?? "main") : body.branchName, permission: body.permission ?? "everything", mode: body.mode ?? "agent", model: body.model });
  if (body.cliChat) {
    const chat = listCliChats().find(({ id }) => id === body.cliChat.id);
    if (!chat) throw notFound("chat_not_found");
    agent.name = chat.title;
    store.addHistory(agent, chat.items);
    chat.agentId = agent.id;
    continued.set(chat.id, agent.id);
  }
  return { agent: store.publicAgent(agent), ...startRun(agent, body) };
}
const continued = new Map();

function startRun(agent, body) {
  const spent = store.limits.chatMessage(agent);
  if (spent && !store.isBusy(agent)) throw new Failure(409, "chat_limit_reached", spent);
  if (body.whenBusy === "queue" && (store.isBusy(agent) || agent.queue.length > 0)) return { queued: store.queues.add(agent, body) };
  if (store.isBusy(agent)) throw new Failure(409, "agent_busy", "The agent is still working. Stop it or wait until it has ended.");
  if (agent.status === "ARCHIVED") throw new Failure(409, "agent_archived", "The chat is archived. Bring it back first.");
  return { run: beginRun(agent, body) };
}

function beginRun(agent, body, id) {
  agent.allow.push(...(body.allow ?? []));
  return store.startRun(agent, body.prompt.text, { loggedIn: doctorState.loggedIn || agent.driver === "demo", id, held: store.limits.dayMessage() });
}

const routes = [
  ["GET", /^\/v1\/session$/, () => ({ user: { id: "user-1", name: "Owner" }, instance, version: "0.1.0" })],
  ["GET", /^\/v1\/doctor$/, doctor],
  ["GET", /^\/v1\/directories$/, (_, query) => directories(query)],
  ["GET", /^\/v1\/models$/, () => ({ items: [{ id: "auto", displayName: "Auto" }, { id: "composer-2", displayName: "Composer 2" }, { id: "opus-4.8", displayName: "Claude Opus 4.8" }, { id: "gpt-6-codex", displayName: "GPT-6 Codex" }] })],
  ["GET", /^\/v1\/agents$/, (_, query) => store.listAgents(query)],
  ["POST", /^\/v1\/agents$/, (_, __, body) => [201, createAgent(body)]],
  ["GET", /^\/v1\/agents\/([^/]+)$/, ([id]) => ({ ...store.publicAgent(agentOf(id)), totalUsage: store.usage(agentOf(id)) })],
  ["PATCH", /^\/v1\/agents\/([^/]+)$/, ([id], _, body) => store.patchAgent(agentOf(id), body)],
  ["DELETE", /^\/v1\/agents\/([^/]+)$/, ([id]) => store.deleteAgent(agentOf(id))],
  ["POST", /^\/v1\/agents\/([^/]+)\/(archive|unarchive)$/, ([id, verb]) => (store.patchAgent(agentOf(id), { status: verb === "archive" ? "ARCHIVED" : "ACTIVE" }), { id })],
  ["GET", /^\/v1\/agents\/([^/]+)\/runs$/, ([id]) => ({ items: agentOf(id).runs.map((run) => store.publicRun(run)).reverse() })],
  ["POST", /^\/v1\/agents\/([^/]+)\/runs$/, ([id], _, body) => {
    const answer = startRun(agentOf(id), body);
    return [answer.queued ? 202 : 201, answer];
  }],
  ["POST", /^\/v1\/agents\/([^/]+)\/runs\/([^/]+)\/release$/, ([, runId]) => {
    const run = store.runs.get(runId);
    if (run?.waiting?.reason !== "day_limit") throw new Failure(409, "run_not_waiting", "The run does not wait for the day's budget.");
    run.waiting = undefined;
    store.fillSlots();
    return store.publicRun(run);
  }],
  ["GET", /^\/v1\/agents\/([^/]+)\/queue$/, ([id], query) => store.queues.list(agentOf(id), query)],
  ["POST", /^\/v1\/agents\/([^/]+)\/queue$/, ([id], _, body) => [201, store.queues.add(agentOf(id), body)]],
  ["DELETE", /^\/v1\/agents\/([^/]+)\/queue$/, ([id]) => store.queues.clear(agentOf(id))],
  ["POST", /^\/v1\/agents\/([^/]+)\/queue\/pause$/, ([id]) => store.queues.pause(agentOf(id))],
  ["POST", /^\/v1\/agents\/([^/]+)\/queue\/resume$/, ([id]) => store.queues.resume(agentOf(id))],
  ["PATCH", /^\/v1\/agents\/([^/]+)\/queue\/([^/]+)$/, ([id, item], _, body) => store.queues.edit(agentOf(id), item, body)],
  ["DELETE", /^\/v1\/agents\/([^/]+)\/queue\/([^/]+)$/, ([id, item]) => store.queues.remove(agentOf(id), item)],
  ["POST", /^\/v1\/agents\/([^/]+)\/queue\/([^/]+)\/send$/, ([id, item]) => store.queues.send(agentOf(id), item)],
  ["GET", /^\/v1\/limits$/, () => store.limits.all()],
  ["PATCH", /^\/v1\/limits$/, (_, __, body) => store.limits.patch(body)],
  ["GET", /^\/v1\/agents\/([^/]+)\/limits$/, ([id]) => store.limits.of(agentOf(id))],
  ["PATCH", /^\/v1\/agents\/([^/]+)\/limits$/, ([id], _, body) => store.limits.patchAgent(agentOf(id), body)],
  ["POST", /^\/v1\/agents\/([^/]+)\/runs\/([^/]+)\/cancel$/, ([id, runId]) => {
    if (!store.cancel(agentOf(id), runId)) throw new Failure(409, "run_not_cancellable", "The run has ended.");
    return { id: runId };
  }],
  ["GET", /^\/v1\/agents\/([^/]+)\/steps$/, ([id], query) => store.listSteps(agentOf(id), query)],
  ...workspaceRoutes(store, remotes, agentOf),
  ["GET", /^\/v1\/cli-chats$/, (_, query) => {
    const all = listCliChats().map(({ items: _items, ...chat }) => ({ ...chat, agentId: continued.get(chat.id) }));
    const counts = new Map();
    for (const { directory } of all) counts.set(directory, (counts.get(directory) ?? 0) + 1);
    return { items: all.filter(({ directory }) => !query.get("directory") || directory === query.get("directory")), directories: [...counts].map(([path, count]) => ({ path, count })) };
  }],
  ["GET", /^\/v1\/cli-chats\/([^/]+)$/, ([id]) => {
    const found = listCliChats().find((chat) => chat.id === id);
    if (!found) throw notFound("chat_not_found");
    const { items, ...chat } = found;
    return { chat, items };
  }],
  ["GET", /^\/v1\/cursor\/login$/, () => login],
  ["POST", /^\/v1\/cursor\/login$/, () => (login = { state: "waiting", url: "https://cursor.com/loginDeepControl?challenge=demo", output: "" })],
  ["DELETE", /^\/v1\/cursor\/login$/, () => ((login = { state: "idle", output: "" }), {})],
  ["PUT", /^\/v1\/cursor\/api-key$/, (_, __, body) => {
    if (body.apiKey === "invalid") throw new Failure(400, "validation_error", "Cursor does not know this key.");
    Object.assign(doctorState, { loggedIn: true, method: "api-key" });
    store.tell("doctor", {});
    return {};
  }],
  ["DELETE", /^\/v1\/cursor\/api-key$/, () => (Object.assign(doctorState, { loggedIn: false }), {})],
];

function agentOf(id) {
  const agent = store.agents.get(id);
  if (!agent) throw notFound("agent_not_found");
  return agent;
}

function send(response, status, body, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", "x-request-id": randomUUID(), ...headers });
  response.end(JSON.stringify(body));
}

const CSP = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

function serveFile(path, response) {
  const file = join(dist, path);
  const found = path !== "/" && existsSync(file) && statSync(file).isFile();
  if (!found && path.startsWith("/assets/")) return send(response, 404, { error: { code: "not_found", message: "No such file." } });
  const name = found ? file : join(dist, "index.html");
  response.writeHead(200, { "content-type": types[extname(name)] ?? "application/octet-stream", "content-security-policy": CSP });
  const content = readFileSync(name);
  response.end(name.endsWith("index.html") ? content.toString().replace('<base href="/"', `<base href="${basePath}/"`) : content);
}

function cookie(response, location) {
  const session = randomBytes(16).toString("hex");
  sessions.add(session);
  response.setHeader("set-cookie", `mock-session=${session}; HttpOnly; SameSite=Lax; Path=/`);
  if (location) response.writeHead(303, { location }).end();
}

function events(request, query, response) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const write = (event, data, id) => response.write(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const stop = store.follow(request.headers["last-event-id"] ?? query.get("lastEventId") ?? undefined, (query.get("runs") ?? "").split(",").filter(Boolean), write, () => write("hello", { instance, version: "0.1.0" }, store.sequence));
  const beat = setInterval(() => write("heartbeat", {}), 4_000);
  streams.add(response);
  response.on("close", () => {
    streams.delete(response);
    clearInterval(beat);
    stop();
  });
}

// As `--base-path`: everything stands below it, and the page learns of it by its <base>.
const basePath = (option("--base-path") ?? "").replace(/\/$/, "");

async function handle(request, response) {
  if (!request.url.startsWith(`${basePath}/`)) throw notFound();
  const url = new URL(request.url.slice(basePath.length), "http://mock");
  const { pathname: path, searchParams: query } = url;
  if (path === "/healthz") return send(response, 200, { status: "ok" });
  if (path === "/sign-in") return tokens.delete(query.get("token")) ? cookie(response, `${basePath}/`) : response.writeHead(303, { location: `${basePath}/?signed-out=expired` }).end();
  if (path === "/mock/drop") {
    for (const stream of streams) stream.destroy();
    return send(response, 200, {});
  }
  if (!path.startsWith("/v1/")) return serveFile(decodeURIComponent(path), response);
  let text = "";
  for await (const chunk of request) text += chunk;
  const body = text ? JSON.parse(text) : undefined;
  if (request.method === "POST" && path === "/v1/session") {
    if (body?.key !== "mock-key" && body?.key !== process.env.MOCK_KEY) throw new Failure(401, "unauthorized", "This key is not known here. Make one with `cursor-selfhost keys create`.");
    cookie(response);
    return send(response, 200, { user: { id: "user-1", name: "Owner" } });
  }
  const session = /mock-session=([0-9a-f]+)/.exec(request.headers.cookie ?? "")?.[1];
  if (!sessions.has(session) && request.headers.authorization !== "Bearer mock-key") throw new Failure(401, "unauthorized", "Sign in first.");
  if (request.method === "DELETE" && path === "/v1/session") {
    sessions.delete(session);
    return send(response, 200, {});
  }
  if (path === "/v1/events") return events(request, query, response);
  for (const [method, pattern, answer] of routes) {
    const match = request.method === method && pattern.exec(path);
    if (!match) continue;
    const result = answer(match.slice(1).map(decodeURIComponent), query, body);
    if (result instanceof Raw) return response.writeHead(200, { "x-content-type-options": "nosniff", ...result.headers }).end(result.body);
    return Array.isArray(result) ? send(response, result[0], result[1]) : send(response, 200, result);
  }
  throw notFound();
}

const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    const { status = 500, code = "internal_error", message, conflicts } = error;
    if (status === 500) console.error(error);
    send(response, status, { error: { code, message, conflicts } });
  });
});
server.keepAliveTimeout = 60_000;
const [host, port] = (option("--listen") ?? "127.0.0.1:4180").split(":");
server.listen(Number(port), host, () => {
  const token = randomBytes(8).toString("hex");
  tokens.add(token);
  console.log(`Open http://${host}:${server.address().port}${basePath}/sign-in?token=${token}`);
  console.log(`mock of ${basename(process.cwd())}; key: mock-key`);
});
process.on("SIGTERM", () => process.exit(0));
