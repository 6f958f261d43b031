import { useQuery, useQueryClient } from "@tanstack/react-query";

import { errorMessage } from "../../api/client";
import { keepAnswer } from "../../api/keep";
import { patchAgentLimits } from "../../api/limits";
import type { PatchAgentLimits } from "../../api/limit-types";
import { agentLimitsQuery } from "../../api/queries";
import { Dialog } from "../../ui/Dialog";
import { ErrorNote } from "../../ui/ErrorNote";
import { Spinner } from "../../ui/Spinner";
import { LimitField } from "./LimitField";
import { LimitGroup } from "./LimitGroup";
import { budgets, runLimits } from "./names";
import { SpentOf } from "./SpentOf";

/** The limits of one chat, and what it has spent of them. */
export default function ChatLimits({ agentId, onClose }: { agentId: string; onClose(): void }) {
  const client = useQueryClient();
  const query = agentLimitsQuery(agentId);
  const { data: limits, error, isPending } = useQuery(query);
  const save = async (change: PatchAgentLimits) => keepAnswer(client, query, await patchAgentLimits(agentId, change));
  return (
    <Dialog open onClose={onClose} title="Limits of this chat" description="An empty field is as in Settings, where it shows in grey.">
      {isPending && (
        <p role="status" className="flex items-center gap-2 py-3 text-sm text-dim">
          <Spinner /> Loading
        </p>
      )}
      {error && <ErrorNote>{errorMessage(error)}</ErrorNote>}
      {limits && (
        <div className="-mx-3.5 divide-y divide-line">
          <LimitGroup title="All its runs together">
            {budgets.map(({ field, label, unit }) => (
              <LimitField
                key={field}
                label={label}
                unit={unit}
                value={limits.overrides.chat?.[field] ?? undefined}
                inherited={limits.chat[field]}
                detail={<SpentOf spent={limits.spent[field]} limit={limits.chat[field]} />}
                onSave={(value) => save({ chat: { [field]: value } })}
              />
            ))}
          </LimitGroup>
          <LimitGroup title="Each run">
            {runLimits.map(({ field, label, unit }) => (
              <LimitField
                key={field}
                label={label}
                unit={unit}
                value={limits.overrides.run?.[field] ?? undefined}
                inherited={limits.run[field]}
                onSave={(value) => save({ run: { [field]: value } })}
              />
            ))}
          </LimitGroup>
        </div>
      )}
    </Dialog>
  );
}
