/**
 * Cuts markdown into blocks that can be rendered each by itself, so that of a long answer only
 * the block that grows is parsed again.
 */

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const LIST_ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])\s/;
const DEFINITION = /^ {0,3}\[[^\]]+\]:\s/m;

export function splitBlocks(markdown: string): string[] {
  // What is defined in one place and used in another needs the whole.
  if (DEFINITION.test(markdown)) return [markdown];
  const blocks: string[] = [];
  let current: string[] = [];
  let fence: string | undefined;
  let blank = false;
  let inList = false;

  for (const line of markdown.split("\n")) {
    const opening = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      current.push(line);
      if (opening && opening[0] === fence[0] && opening.length >= fence.length && line.trim() === opening) fence = undefined;
      blank = false;
      continue;
    }
    if (line.trim() === "") {
      current.push(line);
      blank = true;
      continue;
    }
    const isItem = LIST_ITEM.test(line);
    const indented = /^\s/.test(line);
    if (blank && !indented && !(inList && isItem) && current.length > 0) {
      blocks.push(current.join("\n"));
      current = [];
    }
    if (current.every((other) => other.trim() === "")) inList = isItem;
    current.push(line);
    blank = false;
    if (opening) fence = opening;
  }
  if (current.some((line) => line.trim() !== "")) blocks.push(current.join("\n"));
  return blocks;
}
