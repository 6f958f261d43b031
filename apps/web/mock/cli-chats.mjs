// The mock's idea of the CLI's own chats: one file below HOME.
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const file = () => join(homedir(), ".cursor", "mock-chats.json");

export function listCliChats() {
  return existsSync(file()) ? JSON.parse(readFileSync(file(), "utf8")) : [];
}

export function saveCliChat(directory, prompt) {
  const now = new Date().toISOString();
  const text = prompt.replace(/^#demo.*\n/, "");
  const chat = { id: randomUUID(), directory, title: text.slice(0, 60), createdAt: now, updatedAt: now, items: [{ role: "user", text }, { role: "assistant", text: `This is what came of “${text}”.` }] };
  mkdirSync(join(homedir(), ".cursor"), { recursive: true });
  writeFileSync(file(), JSON.stringify([chat, ...listCliChats()]));
}
