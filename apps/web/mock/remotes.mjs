// Repositories that the mock pretends to reach, its credentials and its settings.
import { randomUUID } from "node:crypto";

const credentials = new Map();
const settings = { copiedFiles: [".env*"], hostKeys: "accept-new", gitIdentity: { name: "Ada Example", email: "ada@example.com" }, giveUpAfterDays: 14 };
const many = Array.from({ length: 180 }, (_, number) => `feature/number-${number}`);

export class Remotes {
  used = [];

  constructor(failure) {
    this.failure = failure;
  }

  /** Throws what git would say of a URL; what a run ends with is the same. */
  problem(url) {
    if (/denied/.test(url) && ![...credentials.values()].some(({ scope }) => url.startsWith(scope))) return ["repository_access", `The remote asks for a user and a password: fatal: Authentication failed for '${url}'. Tried: the credential helper. Give a token in Settings → Git.`];
    if (/unreachable|nowhere/.test(url)) return ["repository_unreachable", "ssh: Could not resolve hostname nowhere: Name or service not known"];
    if (/strange/.test(url)) return ["host_key_unknown", "The host strange is not among the known hosts, and the settings say strict."];
    return undefined;
  }

  list() {
    return { items: this.used.map((url) => ({ url })) };
  }

  use(url) {
    this.check(url);
    this.used = [url, ...this.used.filter((other) => other !== url)];
  }

  check(url) {
    if (!/^(https?|ssh|file):\/\/.+|^[\w.-]+@[\w.-]+:.+/.test(url)) throw this.failure(400, "invalid_repository", "This is no URL of a repository: https://, ssh://, git@host:path and file:// are.");
  }

  refs(url) {
    this.check(url);
    const problem = this.problem(url);
    if (problem) throw this.failure(502, ...problem);
    if (/empty/.test(url)) return { url, branches: [], tags: [], empty: true };
    return { url, defaultBranch: "main", branches: ["develop", "main", "release/1.x", ...many], tags: ["v1.0.0", "v1.1.0", "v2.0.0-rc.1"], empty: false };
  }

  credentials() {
    return { items: [...credentials.values()].map(({ token: _token, ...item }) => item) };
  }

  keep({ scope, username, token }) {
    if (!/^https?:\/\/[^/]+/.test(scope ?? "")) throw this.failure(400, "validation_error", "The scope is `https://host`, or a URL below it.");
    if (!token) throw this.failure(400, "validation_error", "A token is needed.");
    const known = [...credentials.values()].find((item) => item.scope === scope);
    const item = { id: known?.id ?? `cred-${randomUUID()}`, scope, username, token, createdAt: new Date().toISOString() };
    credentials.set(item.id, item);
    const { token: _token, ...shown } = item;
    return shown;
  }

  forget(id) {
    if (!credentials.delete(id)) throw this.failure(404, "credential_not_found", "This credential is not here.");
    return { id };
  }

  settings() {
    return settings;
  }

  patch(change) {
    const { giveUpAfterDays: days, commitEmail } = change;
    if (days !== undefined && days !== null && !(Number.isInteger(days) && days >= 1 && days <= 3650)) throw this.failure(400, "validation_error", "A whole number of days from 1 to 3650, or null for never.");
    if (commitEmail && !commitEmail.includes("@")) throw this.failure(400, "validation_error", "This is no address for e-mail.");
    Object.assign(settings, change);
    for (const [name, value] of Object.entries(change)) if (value === null && name !== "giveUpAfterDays") delete settings[name];
    return settings;
  }
}
