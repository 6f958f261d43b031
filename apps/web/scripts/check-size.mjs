// Measures the script a browser loads before a chat is usable: the entry, what it imports
// statically, and the parts every chat needs at once. Fails beyond the budget of 250 kB gzip.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 250_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
// Loaded lazily, but needed to read a chat, so they count.
const NEEDED = ["src/pages/ChatPage.tsx"];

const seen = new Map();
function add(key) {
  const chunk = manifest[key];
  if (!chunk || seen.has(chunk.file)) return;
  seen.set(chunk.file, gzipSync(readFileSync(new URL(chunk.file, dist)), { level: 9 }).length);
  for (const next of chunk.imports ?? []) add(next);
}
for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) add(key);
for (const key of NEEDED) add(key);

let total = 0;
for (const [file, size] of seen) {
  total += size;
  console.log(`${(size / 1000).toFixed(1).padStart(8)} kB  ${file}`);
}
console.log(`${(total / 1000).toFixed(1).padStart(8)} kB  of ${BUDGET / 1000} kB gzip before the chat is usable`);
if (total > BUDGET) process.exit(1);
