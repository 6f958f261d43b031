/** One line for each kind of tool call: what was done, to what, and how it came out. */
import type { ToolCallStep, ToolView } from "../../api/types";
import type { IconName } from "../../ui/icons";
import { plural } from "../../ui/numbers";
import { relativeTo } from "../../ui/paths";
import { duration } from "../../ui/time";

export interface ToolSummary {
  icon: IconName;
  verb: string;
  target: string;
  /** Whether the target is code (a path, a command) or words. */
  code: boolean;
  meta?: string;
}

export function summarize(call: ToolCallStep, directory: string): ToolSummary {
  const view = call.view;
  const running = call.outcome.type === "running";
  const path = (value: string) => relativeTo(value, directory);
  switch (view.kind) {
    case "read":
      return { icon: "file", verb: "Read", target: path(view.path), code: true, meta: lineRange(view) };
    case "edit":
      return { icon: "pencil", verb: view.created ? "Create" : "Edit", target: path(view.path), code: true };
    case "delete":
      return { icon: "trash", verb: "Delete", target: path(view.path), code: true };
    case "shell":
      return { icon: "terminal", verb: running ? "Running" : "Run", target: view.command, code: true, meta: shellMeta(view) };
    case "glob":
      return { icon: "search", verb: "Find files", target: view.pattern, code: true, meta: running ? undefined : plural(view.total ?? view.files.length, "file") };
    case "grep":
      return { icon: "search", verb: "Search", target: view.pattern, code: true, meta: running ? undefined : plural(view.total ?? view.matches.length, "match", "matches") };
    case "list":
      return { icon: "folder", verb: "List", target: path(view.path), code: true, meta: running ? undefined : plural(view.entries.length, "entry", "entries") };
    case "todos": {
      const done = view.items.filter((item) => item.status === "completed").length;
      return { icon: "list", verb: "To-dos", target: "", code: false, meta: `${done} of ${view.items.length} done` };
    }
    case "mcp":
      return { icon: "plug", verb: view.server ?? "MCP", target: view.tool, code: true };
    case "mcpTools":
      return { icon: "plug", verb: "List MCP tools", target: [view.server, view.tool].filter(Boolean).join(" · "), code: false };
    case "webFetch":
      return { icon: "globe", verb: "Fetch", target: view.url, code: true };
    case "webSearch":
      return { icon: "globe", verb: "Search the web", target: view.term, code: false, meta: running ? undefined : plural(view.references.length, "result") };
    case "semanticSearch":
      return { icon: "search", verb: "Search the code", target: view.query, code: false };
    case "task":
      return { icon: "spark", verb: "Subtask", target: view.description, code: false, meta: view.durationMs === undefined ? undefined : duration(view.durationMs) };
    case "question":
      return { icon: "question", verb: "Question", target: view.title ?? view.questions[0]?.prompt ?? "", code: false };
    case "plan":
      return { icon: "list", verb: "Plan", target: view.name ?? "", code: false };
    case "workspace": {
      const ready = view.items.filter((item) => item.status === "completed").length;
      return { icon: "branch", verb: running ? "Preparing the workspace" : "Prepare the workspace", target: "", code: false, meta: view.items.length > 1 ? `${ready} of ${view.items.length} ready` : undefined };
    }
    case "other":
      return { icon: "cube", verb: view.name || call.name, target: "", code: false };
    default:
      return { icon: "cube", verb: call.name, target: "", code: false };
  }
}

function lineRange(view: ToolView & { kind: "read" }): string | undefined {
  if (view.startLine !== undefined && view.endLine !== undefined) return `lines ${view.startLine}–${view.endLine}`;
  return view.totalLines === undefined ? undefined : plural(view.totalLines, "line");
}

function shellMeta(view: ToolView & { kind: "shell" }): string | undefined {
  const parts: string[] = [];
  if (view.background) parts.push("in the background");
  if (view.signal) parts.push(view.signal);
  else if (view.exitCode !== undefined && view.exitCode !== 0) parts.push(`exit ${view.exitCode}`);
  if (view.durationMs !== undefined && view.durationMs >= 1_000) parts.push(duration(view.durationMs));
  return parts.length > 0 ? parts.join(" · ") : undefined;
}
