/** The last name of a path. */
export function baseName(path: string): string {
  return path.replace(/\/+$/, "").split("/").pop() || "/";
}

/** A path as seen from a directory, where it lies inside. */
export function relativeTo(path: string, directory: string | undefined): string {
  if (!directory) return path;
  const root = directory.replace(/\/+$/, "");
  if (path === root) return ".";
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}

/** A path with the home directory as `~`. */
export function tilde(path: string, home: string | undefined): string {
  if (!home || home === "/") return path;
  return path === home ? "~" : path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
