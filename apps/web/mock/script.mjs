// What the mock's agent does with a prompt: each line is a request (`run \`…\``, `create FILE
// with TEXT`, `read FILE`), as with the real demo agent; anything else gets a guided tour.
import { randomUUID } from "node:crypto";

import { improve } from "./tree.mjs";

const usage = { inputTokens: 11_240, outputTokens: 862, cacheReadTokens: 9_000, cacheWriteTokens: 0, totalTokens: 21_102 };

/** Plays the prompt; returns what stops it. */
export function play({ prompt, agent, loggedIn, write, emit, end }) {
  const [, switches = "", text] = /^(?:#demo ?(.*)\n)?([\s\S]*)$/.exec(prompt);
  const on = Object.fromEntries(switches.split(/\s+/).filter(Boolean).map((word) => [word.split("=")[0], word.split("=")[1] ?? true]));
  const pace = Number(on.pace ?? (on.rate ? 1000 / Number(on.rate) : 30));
  const queue = [];
  const words = (event, words) => words.split(/(?<=\s)/).forEach((piece) => queue.push(() => emit(event, { text: piece })));
  const tool = (name, view, done, outcome = { type: "success" }) => {
    const callId = randomUUID();
    queue.push(() => emit("tool_call", { callId, name, status: "running", args: {}, outcome: { type: "running" }, view }));
    for (let index = 0; index < 6; index++) queue.push(() => undefined);
    queue.push(() => emit("tool_call", { callId, name, status: "completed", args: {}, result: {}, outcome, view: { ...view, ...done } }));
  };
  const error = !loggedIn || on.fail === "auth" ? { code: "not_logged_in", message: "Error: Authentication required. Please run 'agent login' first, or set CURSOR_API_KEY environment variable.", hint: "Sign in to Cursor, or paste an API key." } : undefined;

  if (!error) {
    words("thinking", "Let me see what is asked here. I will look at the project first, and then do it step by step.");
    if (on.chunks) for (let index = 0; index < Number(on.chunks); index++) queue.push(() => emit("assistant", { text: `word ${index} ` }));
    let known = false;
    for (const line of text.split(/\n|(?:, | and )then /)) known = request(line.trim(), { agent, words, tool, write: (path, change) => queue.push(() => write(path, change)) }) || known;
    if (!known && !on.chunks) tour({ agent, words, tool, write: (change) => queue.push(() => write(undefined, change)) });
  }
  let stopped = false;
  const next = () => {
    if (stopped) return;
    do queue.shift()?.();
    while (pace === 0 && queue.length > 0);
    if (queue.length > 0) timer = setTimeout(next, pace);
    else if (error) end("ERROR", { error });
    else if (on["no-result"]) end("ERROR", { error: { code: "agent_failed", message: "The program ended without a result." } });
    else end("FINISHED", { usage });
  };
  let timer = setTimeout(next, pace);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

function request(line, { agent, words, tool, write }) {
  const command = /^run `(.+)`/i.exec(line)?.[1];
  if (command) {
    const rule = `Shell(${command.split(" ")[0]})`;
    const refused = agent.permission !== "everything" && !agent.allow.includes(rule);
    const view = { kind: "shell", command, directory: agent.workspace.path };
    if (refused) tool("run_terminal_cmd", view, {}, { type: "refused", reason: "Not in the allow list of commands.", allow: agent.permission === "read-only" ? [] : [rule] });
    else tool("run_terminal_cmd", view, { output: `${command.replace(/^echo /, "")}\n`, exitCode: 0, durationMs: 120 });
    words("assistant", refused ? `I was not allowed to run \`${command}\`. ` : `I ran \`${command}\`. `);
    return true;
  }
  if (/^that is allowed now/i.test(line)) {
    tool("run_terminal_cmd", { kind: "shell", command: "echo allowed", directory: agent.workspace.path }, { output: "allowed\n", exitCode: 0 });
    words("assistant", "Thank you. It is done now. ");
    return true;
  }
  const [, path, text] = /^create (\S+) with "(.*)"$/i.exec(line) ?? [];
  if (path) {
    write(path, () => `${text}\n`);
    tool("edit_file", { kind: "edit", path: `${agent.workspace.path}/${path}`, created: true, linesAdded: 1 }, { content: `${text}\n` });
    words("assistant", `I created \`${path}\`. `);
    return true;
  }
  const [, from, to, changed] = /^replace "(.*)" with "(.*)" in (\S+)$/i.exec(line) ?? [];
  if (changed) {
    write(changed, (known = "") => known.replaceAll(from, to));
    tool("edit_file", { kind: "edit", path: `${agent.workspace.path}/${changed}`, linesAdded: 1, linesRemoved: 1 }, { diff: `@@ -1 +1 @@\n-${from}\n+${to}\n` });
    words("assistant", `I changed \`${changed}\`. `);
    return true;
  }
  const read = /^read (\S+)/i.exec(line)?.[1];
  if (read) {
    tool("read_file", { kind: "read", path: `${agent.workspace.path}/${read}` }, { content: `# ${read}\n\nA small sample project.\n`, totalLines: 3 });
    words("assistant", `\`${read}\` is a small file. `);
    return true;
  }
  return false;
}

const DIFF = `--- a/src/greet.ts
+++ b/src/greet.ts
@@ -1,7 +1,9 @@
 /** Greets whoever is there. */
-export function greet(name: string) {
-  return "Hello " + name;
+export function greet(name: string, polite = false): string {
+  const greeting = polite ? "Good day" : "Hello";
+  return \`\${greeting}, \${name}!\`;
 }
 
 export function leave(name: string) {
   return "Bye " + name;
@@ -20,4 +22,4 @@ export const names
 const everyone = ["Ada", "Grace"];
 for (const name of everyone) {
-  console.log(greet(name));
+  console.log(greet(name, true));
 }
`;

const ANSWER = `I made the greeting polite. What changed:

1. \`greet\` takes a second parameter, \`polite\`, and says **“Good day”** when it is set.
2. The caller in \`src/greet.ts\` asks for it.

| case | before | now |
|---|---|---|
| plain | \`Hello Ada\` | \`Hello, Ada!\` |
| polite | – | \`Good day, Ada!\` |

\`\`\`ts
import { greet } from "./greet";

// Says it to everyone who is here.
for (const name of ["Ada", "Grace"]) {
  console.log(greet(name, true)); // Good day, Ada!
}
\`\`\`

> The tests pass; see [the guide](https://example.com/guide) for the style. ![logo](https://example.com/logo.png)

- [x] Change the function
- [ ] Mention it in the changelog
`;

function tour({ agent, words, tool, write }) {
  write(improve);
  const root = agent.workspace.path;
  words("assistant", "I’ll look around first.");
  tool("glob", { kind: "glob", pattern: "**/*.ts", files: [] }, { files: ["src/greet.ts", "src/names.ts", "test/greet.test.ts"], total: 3 });
  tool("read_file", { kind: "read", path: `${root}/src/greet.ts` }, { content: "export function greet(name: string) {\n  return \"Hello \" + name;\n}\n", totalLines: 24 });
  tool("todo_write", { kind: "todos", items: [{ id: "1", content: "Make the greeting polite", status: "inProgress" }, { id: "2", content: "Run the tests", status: "pending" }] }, {});
  tool("edit_file", { kind: "edit", path: `${root}/src/greet.ts`, created: false }, { diff: DIFF, linesAdded: 4, linesRemoved: 3 });
  const refused = agent.permission !== "everything";
  if (refused) tool("run_terminal_cmd", { kind: "shell", command: "curl -s https://example.com/style.json" }, {}, { type: "refused", reason: "`curl` is not on the allow list of commands.", allow: ["Shell(curl)"] });
  tool("run_terminal_cmd", { kind: "shell", command: "npm test", directory: root, description: "Run the tests" }, { output: "\u001b[32m✓\u001b[39m greet > is polite (2 ms)\n✓ greet > is plain (1 ms)\n\nTests  2 passed (2)\n", exitCode: 0, durationMs: 2310 });
  tool("run_terminal_cmd", { kind: "shell", command: "npx eslint src --max-warnings 0", directory: root }, { output: "src/names.ts\n  3:7  warning  'all' is never used\n\n✖ 1 problem\n", exitCode: 1, durationMs: 1840 }, { type: "failure" });
  words("assistant", ANSWER);
}
