/** The commands that get a chat's work by git: a fresh clone, or its branch into a clone one has. */
export function fetchCommands(gitUrl: string, branch: string | undefined): { label: string; command: string }[] {
  // The user's name is known; the key is asked for, and so stands in no history of a shell.
  const url = quoted(gitUrl.replace(/^(https?:\/\/)(?![^/]*@)/, "$1key@"));
  const commands = [{ label: "Copy the command that clones it", command: `git clone ${url}` }];
  if (branch) commands.push({ label: "Copy the command that fetches its branch", command: `git fetch ${url} ${quoted(branch)}` });
  return commands;
}

function quoted(word: string): string {
  return /^[\w./:@%+=,~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
