/** The changed files as a tree: directories with nothing beside one another are one row. */
import type { FileDiff } from "../../api/workspace-types";

export interface ChangeRow {
  key: string;
  name: string;
  depth: number;
  /** Absent: a directory. */
  file?: FileDiff;
  expanded?: boolean;
  /** How many files changed inside. */
  count: number;
}

interface Directory {
  name: string;
  path: string;
  directories: Map<string, Directory>;
  files: FileDiff[];
  count: number;
}

const empty = (name: string, path: string): Directory => ({ name, path, directories: new Map(), files: [], count: 0 });

export function buildTree(files: readonly FileDiff[]): Directory {
  const root = empty("", "");
  for (const file of files) {
    let directory = root;
    directory.count++;
    const names = file.path.split("/");
    for (const name of names.slice(0, -1)) {
      let next = directory.directories.get(name);
      if (!next) directory.directories.set(name, (next = empty(name, directory.path ? `${directory.path}/${name}` : name)));
      next.count++;
      directory = next;
    }
    directory.files.push(file);
  }
  return root;
}

/** The rows in sight, directories first. */
export function treeRows(root: Directory, closed: ReadonlySet<string>): ChangeRow[] {
  const rows: ChangeRow[] = [];
  const add = (directory: Directory, depth: number) => {
    for (const child of [...directory.directories.values()].sort(byName)) {
      let inner = child;
      let { name } = child;
      while (inner.files.length === 0 && inner.directories.size === 1) {
        inner = inner.directories.values().next().value!;
        name += `/${inner.name}`;
      }
      const expanded = !closed.has(inner.path);
      rows.push({ key: `${inner.path}/`, name, depth, expanded, count: inner.count });
      if (expanded) add(inner, depth + 1);
    }
    for (const file of directory.files) rows.push({ key: file.path, name: file.path.split("/").pop()!, depth, file, count: 1 });
  };
  add(root, 0);
  return rows;
}

/** Files in the order of the tree, so that list and tree go down together. */
export function inTreeOrder(files: readonly FileDiff[]): FileDiff[] {
  return treeRows(buildTree(files), new Set()).flatMap(({ file }) => file ?? []);
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
