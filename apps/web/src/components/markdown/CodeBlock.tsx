import { memo } from "react";
import type { ThemedToken } from "shiki/core";

import { CopyButton } from "../../ui/Copy";
import { useHighlight } from "./use-highlight";

interface CodeProps {
  code: string;
  /** A language's name or a file's path. */
  language?: string;
  className?: string;
}

/** Code in its colours, without a frame. */
export const Code = memo(function Code({ code, language, className = "" }: CodeProps) {
  const highlighted = useHighlight(code, language);
  const rest = highlighted ? code.slice(highlighted.code.length) : code;
  return (
    <pre className={`overflow-x-auto font-mono text-xs leading-[1.6] ${className}`} tabIndex={0} role="group" aria-label={language ? `Code, ${language}` : "Code"}>
      <code>
        {highlighted?.lines.map((line, index) => (
          <CodeLine key={index} tokens={line} last={index === highlighted.lines.length - 1} />
        ))}
        {rest}
      </code>
    </pre>
  );
});

const CodeLine = memo(
  function CodeLine({ tokens, last }: { tokens: ThemedToken[]; last: boolean }) {
    return (
      <>
        <Tokens tokens={tokens} />
        {last ? "" : "\n"}
      </>
    );
  },
  (before, after) => before.last === after.last && sameTokens(before.tokens, after.tokens),
);

export function Tokens({ tokens }: { tokens: ThemedToken[] }) {
  return tokens.map((token, index) => (
    <span key={index} style={token.htmlStyle}>
      {token.content}
    </span>
  ));
}

function sameTokens(a: ThemedToken[], b: ThemedToken[]): boolean {
  return a.length === b.length && a.every((token, index) => token.content === b[index]!.content && token.htmlStyle?.color === b[index]!.htmlStyle?.color);
}

/** A block of code in prose: its language, a copy button, the code. */
export function CodeBlock({ code, language }: CodeProps) {
  return (
    <div className="relative mb-3 overflow-hidden rounded-lg border border-line bg-sunken">
      <div className="flex h-8 items-center justify-between border-b border-line pl-3 pr-1 text-xs text-dim touch:h-10">
        <span>{language ?? "text"}</span>
        <CopyButton text={code} label="Copy code" className="size-7" />
      </div>
      <Code code={code} language={language} className="p-3" />
    </div>
  );
}
