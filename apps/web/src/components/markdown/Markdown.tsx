/**
 * What the agent wrote, as markdown. Raw HTML in it is not rendered but shown as text; links open
 * in a new tab that knows nothing of this one; no picture is fetched from another host.
 */
import { memo, useMemo } from "react";
import ReactMarkdown, { type Components, defaultUrlTransform } from "react-markdown";
import remarkGfm from "remark-gfm";

import { splitBlocks } from "./blocks";
import { CodeBlock } from "./CodeBlock";

const plugins = [remarkGfm];

const components: Components = {
  // A path in the project is no address of this page.
  a: ({ href, children }) =>
    href && /^(https?:|mailto:)/i.test(href) ? (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    ) : (
      <span title={href}>{children}</span>
    ),
  // A picture may tell another host that it was looked at: its address is shown instead.
  img: ({ src, alt }) =>
    typeof src === "string" && /^https?:/i.test(src) ? (
      <a href={src} target="_blank" rel="noopener noreferrer nofollow">
        {alt || "Image"} ↗
      </a>
    ) : (
      <span title={typeof src === "string" ? src : undefined}>{alt || "Image"}</span>
    ),
  pre: ({ children }) => <>{children}</>,
  code: ({ className, children, node }) => {
    const text = typeof children === "string" ? children : "";
    const block = className !== undefined || node?.position?.start.line !== node?.position?.end.line || text.endsWith("\n");
    return block ? <CodeBlock code={text.replace(/\n$/, "")} language={/language-(\S+)/.exec(className ?? "")?.[1]} /> : <code>{children}</code>;
  },
};

const Block = memo(function Block({ text }: { text: string }) {
  return (
    <ReactMarkdown remarkPlugins={plugins} components={components} urlTransform={defaultUrlTransform}>
      {text}
    </ReactMarkdown>
  );
});

export const Markdown = memo(function Markdown({ text, dim = false }: { text: string; dim?: boolean }) {
  const blocks = useMemo(() => splitBlocks(text), [text]);
  return (
    <div className={dim ? "prose prose-dim" : "prose"}>
      {blocks.map((block, index) => (
        // A block keeps its place while the text grows at its end.
        <Block key={index} text={block} />
      ))}
    </div>
  );
});
