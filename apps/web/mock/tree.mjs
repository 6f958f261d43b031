// What a workspace of the mock holds: paths and their texts, and how two such states differ.

const greet = 'import { names } from "./names";\n\n/** Greets whoever is there. */\nexport function greet(name: string) {\n  return "Hello " + name;\n}\n\nexport function leave(name: string) {\n  return "Bye " + name;\n}\n\nfor (const name of names) {\n  console.log(greet(name));\n}\n';
const LOGO = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGNgaD6BFTEMLQkAXqtTgXXXaAUAAAAASUVORK5CYII=", "base64");

/** A small project, as it is before an agent has seen it. */
export function project() {
  const files = new Map([
    ["README.md", "# Greeter\n\nIt greets.\n\n<script>alert(1)</script>\n"],
    ["package.json", '{\n  "name": "greeter",\n  "private": true\n}\n'],
    ["assets/logo.png", LOGO],
    [".gitignore", "node_modules\n.env\n"],
    [".env", "TOKEN=not-shown\n"],
    ["node_modules/left-pad/index.js", "module.exports = (text) => text;\n"],
    ["src/greet.ts", greet],
    ["src/names.ts", 'export const names = ["Ada", "Grace"];\n'],
    ["src/old-name.ts", Array.from({ length: 12 }, (_, line) => `export const line${line} = ${line};\n`).join("")],
    ["src/unused.ts", "export const nobody = true;\n"],
    ["test/greet.test.ts", 'import { expect, it } from "vitest";\n\nit("greets", () => expect(1).toBe(1));\n'],
    ["docs/long.md", Array.from({ length: 12_000 }, (_, line) => `Line ${line}: some words of a long document.\n`).join("")],
  ]);
  return files;
}

/** What an agent makes of it in one go. */
export function improve(files) {
  const next = new Map(files);
  next.set("src/greet.ts", greet.replace('greet(name: string) {\n  return "Hello " + name;', 'greet(name: string, polite = false): string {\n  const greeting = polite ? "Good day" : "Hello";\n  return `${greeting}, ${name}!`;').replace("greet(name))", "greet(name, true))"));
  next.set("src/polite.ts", "/** Words for formal occasions. */\nexport const polite = true;\n");
  next.delete("src/unused.ts");
  if (next.has("src/old-name.ts")) {
    next.set("src/new-name.ts", next.get("src/old-name.ts").replace("line3 = 3", "line3 = 33"));
    next.delete("src/old-name.ts");
  }
  next.set("assets/logo.png", Buffer.concat([LOGO, Buffer.from([0])]));
  return next;
}

/** A change as large as any: 3,000 files, 50,000 lines. */
export function huge(files) {
  const next = new Map(files);
  for (let file = 0; file < 2_990; file++) next.set(`packages/part-${file % 60}/src/module-${file}.ts`, Array.from({ length: 10 }, (_, line) => `export const value${line} = ${file * line};\n`).join(""));
  next.set("generated/schema.ts", Array.from({ length: 19_000 }, (_, line) => `export type Field${line} = { name: "field-${line}"; value: number };\n`).join(""));
  next.set("generated/too-long.json", `${Array.from({ length: 21_000 }, (_, line) => `{"line": ${line}}`).join(",\n")}\n`);
  next.set("generated/one-line.js", `var a="${"x".repeat(9_000)}";\n`);
  return next;
}

export const isIgnored = (path) => path.startsWith("node_modules/") || path === ".env" || path === "node_modules";
const isBinary = (content) => Buffer.isBuffer(content);
const linesOf = (text) => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

export function diffTrees(from, to) {
  const files = [];
  const gone = [...from.keys()].filter((path) => !to.has(path) && !isIgnored(path));
  for (const path of [...to.keys()].filter((key) => !isIgnored(key)).sort()) {
    const before = from.get(path);
    const after = to.get(path);
    if (before !== undefined && (before === after || String(before) === String(after))) continue;
    const oldPath = before === undefined ? gone.find((other) => alike(from.get(other), after)) : undefined;
    if (oldPath) gone.splice(gone.indexOf(oldPath), 1);
    files.push({ path, oldPath, before: oldPath ? from.get(oldPath) : before, after, status: oldPath ? "renamed" : before === undefined ? "added" : "modified" });
  }
  for (const path of gone) files.push({ path, before: from.get(path), after: undefined, status: "deleted" });
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function alike(before, after) {
  if (isBinary(before) || isBinary(after)) return false;
  const known = new Set(linesOf(before));
  const lines = linesOf(after);
  return lines.length > 2 && lines.filter((line) => known.has(line)).length >= lines.length * 0.6;
}

/** One file of a diff, as the API has it. */
export function fileDiff({ path, oldPath, before, after, status }, withHunks, alone) {
  const shape = { path, oldPath, status, binary: isBinary(before ?? after), oldSize: before?.length, newSize: after?.length, ...(status === "added" ? { newMode: "100644" } : {}) };
  if (shape.binary) return shape;
  const lines = changedLines(linesOf(before ?? ""), linesOf(after ?? ""));
  Object.assign(shape, { additions: lines.filter((line) => line.text[0] === "+").length, deletions: lines.filter((line) => line.text[0] === "-").length });
  if (!withHunks) return shape;
  if (shape.additions + shape.deletions > 20_000 && !alone) return { ...shape, truncated: true };
  return { ...shape, hunks: hunksOf(lines) };
}

/** All lines of both sides, each with its sign: what is alike at both ends, and in between by the longest common run where that is cheap. */
function changedLines(before, after) {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const middle = (lines) => lines.slice(head, lines.length - tail);
  return [...before.slice(0, head).map((text) => ({ text: ` ${text}` })), ...between(middle(before), middle(after)), ...before.slice(before.length - tail).map((text) => ({ text: ` ${text}` }))];
}

function between(before, after) {
  if (before.length * after.length > 100_000 || !before.length || !after.length) return [...before.map((text) => ({ text: `-${text}` })), ...after.map((text) => ({ text: `+${text}` }))];
  const table = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--) for (let j = after.length - 1; j >= 0; j--) table[i][j] = before[i] === after[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
  const lines = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) lines.push({ text: ` ${before[i++]}` }), j++;
    else if (j >= after.length || (i < before.length && table[i + 1][j] >= table[i][j + 1])) lines.push({ text: `-${before[i++]}` });
    else lines.push({ text: `+${after[j++]}` });
  }
  return lines;
}

function hunksOf(lines) {
  const hunks = [];
  let [oldLine, newLine] = [1, 1];
  let hunk;
  lines.forEach((line, index) => {
    const near = line.text[0] !== " " || lines.slice(Math.max(0, index - 3), index + 4).some(({ text }) => text[0] !== " ");
    if (!near) hunk = undefined;
    else {
      if (!hunk) hunks.push((hunk = { oldStart: oldLine, oldLines: 0, newStart: newLine, newLines: 0, lines: [] }));
      hunk.lines.push(line.text);
      if (line.text[0] !== "+") hunk.oldLines++;
      if (line.text[0] !== "-") hunk.newLines++;
    }
    if (line.text[0] !== "+") oldLine++;
    if (line.text[0] !== "-") newLine++;
  });
  return hunks;
}
