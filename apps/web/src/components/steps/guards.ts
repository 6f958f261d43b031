/** Limits that stop a run: what it did is kept, and a follow-up goes on from there. */
import type { Run } from "../../api/types";

export const guardTitles: Record<string, string> = {
  tool_call_limit: "Stopped: the limit of tool calls is reached",
  token_limit: "Stopped: the limit of tokens is reached",
  repeated_failure: "Stopped: the same command kept failing",
  run_timeout: "Stopped: the run took too long",
  run_silent: "Stopped: the agent said nothing for too long",
  output_limit: "Stopped: the agent wrote too much",
  chat_limit_reached: "Stopped: this chat has used up what it is allowed",
};

/** Whether it was a limit, and no failure, that ended the run. */
export function stoppedByGuard(run: Pick<Run, "status" | "error"> | undefined): boolean {
  return run?.status === "ERROR" && run.error !== undefined && run.error.code in guardTitles;
}
