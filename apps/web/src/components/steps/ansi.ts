const SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** Text of a terminal without its control sequences; of a line written over, only what stood last. */
export function stripAnsi(text: string): string {
  if (!/[\u001b\r]/.test(text)) return text;
  return text
    .replace(SEQUENCE, "")
    .replace(/\r\n/g, "\n")
    .split("\n")
    .map((line) => line.slice(line.lastIndexOf("\r") + 1))
    .join("\n");
}
