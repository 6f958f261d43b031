/** URLs of repositories, as one types or pastes them. */

/** `git@host:path`, as ssh is often told; never a drive, a path or an option. */
const SCP = /^(?!-)(?:[\w.-]+@)?[A-Za-z0-9][\w.-]*\.?[\w-]*:(?!\/\/)[^\s\\:][^\s]*$/;
const URL_LIKE = /^(https?|ssh|git\+ssh|file):\/\/\S+$/i;

/** Whether this is whole enough for a remote to be asked about it. */
export function isGitUrl(text: string): boolean {
  const url = text.trim();
  if (URL_LIKE.test(url)) {
    const rest = url.slice(url.indexOf("://") + 3);
    return url.toLowerCase().startsWith("file:") ? rest.startsWith("/") && rest.length > 1 : /^[^/]+\/[^/]+/.test(rest);
  }
  return url.includes("@") && SCP.test(url);
}

export interface Secret {
  scope: string;
  username?: string;
  token: string;
}

/** A user without a password is a name, unless it is as long as only tokens are. */
const TOKEN_LENGTH = 20;

/** A pasted URL without the password that stands in it, and that password. */
export function splitSecret(text: string): { url: string; secret?: Secret } {
  const url = text.trim();
  const match = /^(https?:\/\/)([^/@\s]*)@([^\s]+)$/i.exec(url);
  if (!match) return { url };
  const [, scheme = "", user = "", rest = ""] = match;
  const colon = user.indexOf(":");
  const name = decoded(colon < 0 ? user : user.slice(0, colon));
  const password = colon < 0 ? "" : decoded(user.slice(colon + 1));
  const token = password && password !== "x-oauth-basic" ? password : name.length >= TOKEN_LENGTH || password ? name : "";
  if (!token) return { url };
  const clean = `${scheme}${rest}`;
  return { url: clean, secret: { scope: clean.replace(/\.git\/?$|\/$/, ""), username: token === name ? undefined : name || undefined, token } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A URL as it may be shown. */
export function shownUrl(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)([^/@\s:]*)(:[^/@\s]*)?@/i, (_, scheme: string, user: string, password?: string) => (password !== undefined || user.length >= TOKEN_LENGTH ? scheme : `${scheme}${user}@`));
}

/** “owner/name” of a URL, for where there is little room. */
export function repositoryName(url: string): string {
  const path = shownUrl(url)
    .replace(/^[a-z+]+:\/\/[^/]*/i, "")
    .replace(/^[^/]*?:/, "")
    .replace(/\/+$/, "")
    .replace(/\.git$/, "");
  return path.split("/").filter(Boolean).slice(-2).join("/") || url;
}
