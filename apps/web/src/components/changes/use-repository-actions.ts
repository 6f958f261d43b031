import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { ApiError, errorMessage } from "../../api/client";
import { refetchWorkspace } from "../../api/workspace-changes";
import { abortUpdate, applyToCheckout, commitWorkspace, pushWorkspace, updateWorkspace } from "../../api/workspaces";
import { showToast } from "../../stores/toasts";
import { plural } from "../../ui/numbers";

export interface Refusal {
  code: string;
  message: string;
  conflicts: readonly string[];
}

export interface RepositoryActions {
  /** What is under way. */
  doing: "commit" | "push" | "update" | "abort" | "apply" | undefined;
  refusal: Refusal | undefined;
  forgetRefusal(): void;
  commit(message: string): Promise<boolean>;
  push(): void;
  update(method: "merge" | "rebase"): void;
  abort(): void;
  apply(): void;
}

const short = (commit: string) => commit.slice(0, 8);

/** What can be done to one repository of a workspace, and what the server said against the last. */
export function useRepositoryActions(agentId: string, path: string | undefined): RepositoryActions {
  const client = useQueryClient();
  const [doing, setDoing] = useState<RepositoryActions["doing"]>();
  const [refusal, setRefusal] = useState<Refusal>();
  const attempt = async (what: NonNullable<RepositoryActions["doing"]>, action: () => Promise<string>): Promise<boolean> => {
    setDoing(what);
    setRefusal(undefined);
    try {
      showToast({ message: await action() });
      return true;
    } catch (error) {
      const { code, conflicts } = error instanceof ApiError ? error : { code: "", conflicts: [] };
      setRefusal({ code, message: errorMessage(error), conflicts });
      return false;
    } finally {
      setDoing(undefined);
      // Also what failed may have changed something.
      refetchWorkspace(client, agentId);
    }
  };
  return {
    doing,
    refusal,
    forgetRefusal: () => setRefusal(undefined),
    commit: (message) =>
      attempt("commit", async () => {
        const { items } = await commitWorkspace(agentId, { path, ...(message.trim() ? { message: message.trim() } : {}) });
        return `Committed ${items.map(({ branch, commit }) => `\`${short(commit)}\` on \`${branch}\``).join(", ")}`;
      }),
    push: () =>
      void attempt("push", async () => {
        const { items } = await pushWorkspace(agentId, { path });
        return `Pushed ${items.map(({ branch }) => `\`${branch}\``).join(", ")}`;
      }),
    update: (method) =>
      void attempt("update", async () => {
        const { items } = await updateWorkspace(agentId, { method, path });
        if (items.some(({ state }) => state === "conflicts")) {
          return method === "merge" ? "The merge has conflicts: they are listed above the changes." : "The rebase has conflicts, so nothing was changed. A merge leaves them to be resolved.";
        }
        const commits = items.reduce((sum, item) => sum + item.commits, 0);
        return commits > 0 ? `Brought in ${plural(commits, "commit")}` : "There was nothing new";
      }),
    abort: () => void attempt("abort", async () => (await abortUpdate(agentId, { path }), "The merge is undone")),
    apply: () =>
      void attempt("apply", async () => {
        const applied = await applyToCheckout(agentId);
        return `Put ${plural(applied.files, "changed file")} into \`${applied.path}\`, uncommitted`;
      }),
  };
}
