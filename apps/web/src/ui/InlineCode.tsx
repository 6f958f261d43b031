/** Words of the server, in which what stands between backticks is code. */
export function InlineCode({ text }: { text: string }) {
  // Every second part stood between two backticks; a lone one stays as it is.
  const parts = text.split(/`([^`\n]+)`/);
  return parts.map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <code key={index} className="rounded border border-line bg-sunken px-1 font-mono text-[0.92em] text-ink [overflow-wrap:anywhere]">
        {part}
      </code>
    ),
  );
}
