/** Links that open a workspace, or a file of it, in an editor on the machine of who looks at the page. */

export interface EditorLink {
  name: string;
  href: string;
}

const editors = [
  { name: "Cursor", scheme: "cursor" },
  { name: "VS Code", scheme: "vscode" },
];

/** A page on this very machine opens files; one from elsewhere goes by SSH to the machine it came from. */
export function editorLinks(path: string, host: string, template?: string | null): EditorLink[] {
  if (template) return [{ name: "your editor", href: filled(template, path) }];
  return editors.map(({ name, scheme }) => ({ name, href: filled(isLoopback(host) ? `${scheme}://file/{path}` : `${scheme}://vscode-remote/ssh-remote+${host}{path}`, path) }));
}

/** `{path}` stands for an absolute path, with or without a slash before it. */
function filled(template: string, path: string): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  return template.replace(/\/?\{path\}/g, () => encoded);
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || host === "::1" || /^127(\.\d+){3}$/.test(host);
}
