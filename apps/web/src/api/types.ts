/** The shapes of docs/api.md, by hand. What the server leaves out is optional. */
import type { RepoRef } from "./git-types";
import type { Workspace } from "./workspace-types";

export type Driver = "cursor" | "demo";
export type Permission = "read-only" | "rules" | "everything";
export type Mode = "agent" | "plan";
export type RunStatus = "CREATING" | "RUNNING" | "FINISHED" | "ERROR" | "CANCELLED" | "EXPIRED";

export interface ModelRef {
  id: string;
  displayName?: string;
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  totalTokens: number;
}

export interface RunError {
  code: string;
  message: string;
  hint?: string;
}

export interface Run {
  id: string;
  agentId: string;
  status: RunStatus;
  createdAt: string;
  updatedAt: string;
  startedAt?: string;
  durationMs?: number;
  result?: string;
  error?: RunError;
  model?: ModelRef;
  mode?: Mode;
  permission?: Permission;
  cliVersion?: string;
  usage?: Usage;
  toolCalls?: number;
  /** From 1: its place among the runs that wait for a free slot. */
  queuePosition?: number;
  waiting?: { reason: "slot" | "day_limit"; message: string };
  git?: { branches: { repoUrl: string; branch: string; prUrl?: string; pushed: boolean }[] };
}

export type PauseReason = "run_failed" | "run_stopped" | "usage_limit" | "limit_reached" | "not_startable" | "by_user";

export interface Paused {
  reason: PauseReason;
  message: string;
  at: string;
}

/** How many prompts of a chat wait, and why they do not go on. */
export interface QueueState {
  total: number;
  paused?: Paused;
}

export interface QueuedPrompt {
  /** Also the id of the run that it becomes. */
  id: string;
  agentId: string;
  prompt: { text: string };
  mode?: Mode;
  model?: { id: string };
  permission?: Permission;
  allow?: string[];
  session?: "fresh";
  createdAt: string;
  updatedAt: string;
}

export interface Queue extends Page<QueuedPrompt>, QueueState {}

export interface Agent {
  id: string;
  name: string;
  status: "ACTIVE" | "ARCHIVED";
  url?: string;
  createdAt: string;
  updatedAt: string;
  latestRunId?: string;
  driver: Driver;
  workspace: Workspace;
  repos?: RepoRef[];
  permission: Permission;
  mode: Mode;
  model?: ModelRef;
  unread: boolean;
  latestRun?: Run;
  sessionId?: string;
  terminalCommand?: string;
  totalUsage?: Usage;
  queue?: QueueState;
}

export interface Page<T> {
  items: T[];
  nextCursor?: string;
}

export type Outcome =
  | { type: "running" | "success" | "failure" | "interrupted" }
  | { type: "refused"; reason: string; allow: string[] }
  | { type: "error"; message: string };

export interface GrepMatch {
  file: string;
  line?: number;
  text?: string;
}

export interface Todo {
  id: string;
  content: string;
  status: "pending" | "inProgress" | "completed" | "cancelled";
}

export type ToolView =
  | { kind: "read"; path: string; startLine?: number; endLine?: number; totalLines?: number; content?: string }
  | { kind: "edit"; path: string; diff?: string; linesAdded?: number; linesRemoved?: number; created?: boolean; content?: string }
  | { kind: "delete"; path: string }
  | {
      kind: "shell";
      command: string;
      directory?: string;
      description?: string;
      output?: string;
      exitCode?: number;
      signal?: string;
      durationMs?: number;
      background?: boolean;
      pid?: number;
    }
  | { kind: "glob"; pattern: string; directory?: string; files: string[]; total?: number }
  | { kind: "grep"; pattern: string; path?: string; matches: GrepMatch[]; total?: number }
  | { kind: "list"; path: string; entries: string[] }
  | { kind: "todos"; items: Todo[] }
  | { kind: "mcp"; server?: string; tool: string; output?: string }
  | { kind: "mcpTools"; server?: string; tool?: string; output?: string }
  | { kind: "webFetch"; url: string; markdown?: string }
  | { kind: "webSearch"; term: string; references: { title: string; url: string }[] }
  | { kind: "semanticSearch"; query: string; directories: string[] }
  | { kind: "task"; description: string; prompt?: string; model?: string; answer?: string; durationMs?: number }
  | { kind: "question"; title?: string; questions: { prompt: string; options: string[] }[] }
  | { kind: "plan"; name?: string; overview?: string; plan: string }
  | { kind: "workspace"; items: Preparation[] }
  | { kind: "other"; name: string };

/** How far the preparation of a workspace, or of one repository in it, has come. */
export interface Preparation {
  name: string;
  status: "pending" | "running" | "completed" | "failed";
  percent?: number;
  detail?: string;
}

/** `truncated` of a tool call says which half was left out; that of a step is true or absent. */
export interface ToolCall {
  callId: string;
  name: string;
  status: "running" | "completed";
  args?: unknown;
  result?: unknown;
  truncated?: boolean | { args?: boolean; result?: boolean };
  outcome: Outcome;
  view: ToolView;
}

interface StepBase {
  id: string;
  agentId: string;
  runId: string;
  position?: number | string;
  createdAt: string;
  endedAt?: string;
  truncated?: boolean | { args?: boolean; result?: boolean };
  /** Bytes of the whole. */
  size?: number;
}

export interface UserMessageStep extends StepBase {
  type: "user_message";
  text: string;
}
export interface TextStep extends StepBase {
  type: "assistant_message" | "thinking";
  text: string;
}
export interface ToolCallStep extends StepBase, Omit<ToolCall, "truncated"> {
  type: "tool_call";
}
export interface NoticeStep extends StepBase {
  type: "notice";
  code: string;
  message: string;
  detail?: string;
}
export interface ErrorStep extends StepBase, RunError {
  type: "error";
}
export type Step = UserMessageStep | TextStep | ToolCallStep | NoticeStep | ErrorStep;

export interface StepsPage extends Page<Step> {
  live?: { runId: string; lastEventId?: string };
}

export interface Session {
  user: { id: string; name: string };
  instance?: string;
  version?: string;
  publicUrl?: string;
}

export interface DirectoryListing {
  path: string;
  parent?: string;
  home: string;
  items: { name: string; path: string; isGit: boolean }[];
  isGit: boolean;
  permission?: Permission;
  recent: { path: string; permission?: Permission }[];
  truncated?: boolean;
}

export interface Model {
  id: string;
  displayName: string;
}

export interface Check {
  id: string;
  title: string;
  status: "ok" | "warning" | "error" | "unknown";
  message: string;
  remedy?: string;
  command?: string;
}

export interface Doctor {
  ok: boolean;
  checks: Check[];
  cursor: {
    path?: string;
    version?: string;
    newerThanTested?: boolean;
    login: { loggedIn: boolean; method?: "login" | "api-key"; email?: string };
  };
  demo: { projectPath: string };
}

export interface CliChat {
  id: string;
  directory: string;
  title: string;
  createdAt: string;
  updatedAt: string;
  agentId?: string;
}

export interface CliChats {
  items: CliChat[];
  directories: { path: string; count: number }[];
}

export interface CliChatContent {
  chat: CliChat;
  items: { role: "user" | "assistant"; text: string }[];
}

export interface CursorLogin {
  state: "idle" | "waiting" | "succeeded" | "failed";
  url?: string;
  output: string;
}

export interface CreateAgent {
  prompt: { text: string };
  model?: { id: string };
  name?: string;
  mode?: Mode;
  permission?: Permission;
  workspace?: { type: "local"; path: string; copy?: true; uncommittedChanges?: boolean } | { type: "empty" };
  repos?: RepoRef[];
  workOnCurrentBranch?: boolean;
  branchName?: string;
  driver?: Driver;
  agentId?: string;
  cliChat?: { id: string; directory: string };
}

export interface CreateRun {
  prompt: { text: string };
  mode?: Mode;
  model?: { id: string };
  permission?: Permission;
  allow?: string[];
  session?: "fresh";
  whenBusy?: "reject" | "queue";
}

export interface QueuePrompt extends Omit<CreateRun, "whenBusy"> {
  /** From 0; the end unless told. */
  position?: number;
}

export interface PatchQueued extends Partial<Pick<QueuePrompt, "prompt" | "mode" | "model" | "permission" | "position">> {}

export interface PatchAgent {
  name?: string;
  permission?: Permission;
  model?: { id: string } | null;
  mode?: Mode;
  unread?: boolean;
}

export function isLive(run: Pick<Run, "status"> | undefined): boolean {
  return run?.status === "CREATING" || run?.status === "RUNNING";
}

/** Created, but it may not start yet: for want of a free slot, or of what is left of the day's budget. */
export function isWaiting(run: Run | undefined): boolean {
  return run?.status === "CREATING" && (run.waiting !== undefined || run.queuePosition !== undefined);
}
