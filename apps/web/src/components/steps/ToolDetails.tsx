/** What a tool call found or did, by its kind. */
import { lazy, type ReactNode, Suspense } from "react";
import { Link } from "react-router";

import type { ToolCallStep } from "../../api/types";
import { relativeTo } from "../../ui/paths";
import { Code } from "../markdown/CodeBlock";
import { Markdown } from "../markdown/Markdown";
import { useStepActions } from "./actions";
import { LongText } from "./LongText";
import { TodoList } from "./TodoList";
import { WholeStep } from "./WholeStep";
import { WorkspaceProgress } from "./WorkspaceProgress";

const DiffView = lazy(() => import("./DiffView"));

/** Whether there is anything to unfold. */
export function hasDetails({ view, args, result, outcome, truncated }: ToolCallStep): boolean {
  if (outcome.type === "error" || truncated) return true;
  switch (view.kind) {
    case "read":
      return Boolean(view.content);
    case "edit":
      return Boolean(view.diff || view.content);
    case "delete":
      return false;
    case "glob":
      return view.files.length > 0;
    case "grep":
      return view.matches.length > 0;
    case "list":
      return view.entries.length > 0;
    case "webSearch":
      return view.references.length > 0;
    case "webFetch":
      return Boolean(view.markdown);
    case "semanticSearch":
      return view.directories.length > 0;
    case "mcpTools":
      return Boolean(view.output);
    case "other":
    case "mcp":
      return args !== undefined || result !== undefined;
    default:
      return true;
  }
}

export function ToolDetails({ step }: { step: ToolCallStep }) {
  return (
    <>
      <Details step={step} />
      {step.view.kind === "edit" && step.outcome.type === "success" && <InChanges path={step.view.path} runId={step.runId} />}
      {step.truncated && <WholeStep step={step} />}
    </>
  );
}

/** From an edit to the file among the changes of its run. */
function InChanges({ path, runId }: { path: string; runId: string }) {
  const { agentId, directory } = useStepActions();
  const inside = relativeTo(path, directory);
  if (inside.startsWith("/") || inside === ".") return null;
  return (
    <p className="border-t border-line px-3 py-1.5 text-xs">
      <Link to={`/agents/${agentId}/changes?run=${encodeURIComponent(runId)}&path=${encodeURIComponent(inside)}`} className="text-accent-ink underline underline-offset-2">
        See it among the changes
      </Link>
    </p>
  );
}

function Details({ step }: { step: ToolCallStep }): ReactNode {
  const { directory } = useStepActions();
  const view = step.view;
  const path = (value: string) => relativeTo(value, directory);
  switch (view.kind) {
    case "read":
      return view.content ? (
        <Scroll>
          <Code code={view.content} language={view.path} className="p-3" />
        </Scroll>
      ) : null;
    case "edit":
      if (view.diff)
        return (
          <Scroll>
            <Suspense fallback={<p className="p-3 text-xs text-dim">Loading the changes…</p>}>
              <DiffView diff={view.diff} path={view.path} />
            </Suspense>
          </Scroll>
        );
      return view.content ? (
        <Scroll>
          <Code code={view.content} language={view.path} className="p-3" />
        </Scroll>
      ) : null;
    case "shell":
      return (
        <div className="bg-sunken">
          <pre className="whitespace-pre-wrap break-words px-3 pt-2.5 font-mono text-xs leading-[1.6]">
            <span className="select-none text-faint">$ </span>
            {view.command}
          </pre>
          {view.directory && view.directory !== directory && <p className="px-3 text-xs text-faint">in {view.directory}</p>}
          {view.output ? <LongText text={view.output} /> : <p className="px-3 pb-2.5 pt-1 text-xs text-faint">{step.outcome.type === "running" ? "Running…" : "No output"}</p>}
        </div>
      );
    case "glob":
      return <Lines lines={view.files.map(path)} />;
    case "grep":
      return <Lines lines={view.matches.map((match) => [path(match.file), match.line, match.text].filter((part) => part !== undefined).join(":"))} />;
    case "list":
      return <Lines lines={view.entries} />;
    case "semanticSearch":
      return <Lines lines={view.directories.map(path)} />;
    case "todos":
      return <TodoList items={view.items} />;
    case "webFetch":
      return view.markdown ? <Words text={view.markdown} /> : null;
    case "webSearch":
      return (
        <ul className="space-y-1 px-3 py-2 text-sm">
          {view.references.map(({ title, url }) => (
            <li key={url} className="truncate">
              <a href={/^https?:/.test(url) ? url : undefined} target="_blank" rel="noopener noreferrer nofollow" className="text-accent-ink underline underline-offset-2">
                {title || url}
              </a>
            </li>
          ))}
        </ul>
      );
    case "task":
      return (
        <>
          {view.prompt && <Words text={view.prompt} dim />}
          {view.answer && <Words text={view.answer} />}
        </>
      );
    case "plan":
      return (
        <>
          {view.overview && <Words text={view.overview} dim />}
          <Words text={view.plan} />
        </>
      );
    case "workspace":
      return <WorkspaceProgress items={view.items} />;
    case "question":
      return (
        <div className="space-y-2 px-3 py-2 text-sm">
          {view.questions.map(({ prompt, options }) => (
            <div key={prompt}>
              <p className="font-medium">{prompt}</p>
              <ul className="list-disc pl-5 text-dim">{options.map((option) => <li key={option}>{option}</li>)}</ul>
            </div>
          ))}
          <p className="text-xs text-dim">Answer in your next message.</p>
        </div>
      );
    default:
      return (
        <>
          {step.args !== undefined && <Json title="Arguments" value={step.args} />}
          {"output" in view && view.output ? <LongText text={view.output} /> : step.result !== undefined && <Json title="Result" value={step.result} />}
        </>
      );
  }
}

function Scroll({ children }: { children: ReactNode }) {
  return <div className="max-h-96 overflow-y-auto">{children}</div>;
}

function Words({ text, dim = false }: { text: string; dim?: boolean }) {
  return (
    <div className="max-h-96 overflow-y-auto border-line px-3 pt-2.5 not-first:border-t" tabIndex={0} role="group" aria-label="Text">
      <Markdown text={text} dim={dim} />
    </div>
  );
}

function Lines({ lines }: { lines: string[] }) {
  return lines.length > 0 ? <LongText text={lines.join("\n")} /> : null;
}

function Json({ title, value }: { title: string; value: unknown }) {
  return (
    <div className="border-line not-first:border-t">
      <p className="px-3 pt-2 text-xs text-dim">{title}</p>
      <Scroll>
        <Code code={JSON.stringify(value, null, 2)} language="json" className="px-3 pb-2.5 pt-1" />
      </Scroll>
    </div>
  );
}
