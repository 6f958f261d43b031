import { useQuery, useQueryClient } from "@tanstack/react-query";

import { errorMessage } from "../../api/client";
import { keepAnswer } from "../../api/keep";
import { patchLimits } from "../../api/limits";
import type { PatchLimits } from "../../api/limit-types";
import { limitsQuery } from "../../api/queries";
import { ErrorNote } from "../../ui/ErrorNote";
import { Section } from "../settings/Section";
import { LimitField } from "./LimitField";
import { LimitGroup } from "./LimitGroup";
import { budgets, runLimits } from "./names";
import { SpentOf } from "./SpentOf";

/** The limits of all chats: how much may run at once, and how far a run, a chat and a day may go. */
export function LimitsSection() {
  const client = useQueryClient();
  const { data: limits, error } = useQuery(limitsQuery);
  const save = async (change: PatchLimits) => keepAnswer(client, limitsQuery, await patchLimits(change));
  return (
    <Section title="Limits" detail="An empty field is no limit. A chat can have limits of its own: see its menu.">
      {error && <ErrorNote>{errorMessage(error)}</ErrorNote>}
      {limits && (
        <>
          <LimitGroup title="At once" detail="More than these wait for a free slot.">
            <LimitField label="Runs" unit="runs" value={limits.concurrentRuns} onSave={(concurrentRuns) => save({ concurrentRuns })} />
          </LimitGroup>
          <LimitGroup title="Each run" detail="A run that reaches one is stopped. It says so, and one click goes on.">
            {runLimits.map(({ field, label, unit }) => (
              <LimitField key={field} label={label} unit={unit} value={limits.run[field]} onSave={(value) => save({ run: { [field]: value } })} />
            ))}
          </LimitGroup>
          <LimitGroup title="Each chat" detail="All its runs together. Then it takes no prompt until more is allowed.">
            {budgets.map(({ field, label, unit }) => (
              <LimitField key={field} label={label} unit={unit} value={limits.chat[field]} onSave={(value) => save({ chat: { [field]: value } })} />
            ))}
          </LimitGroup>
          <LimitGroup title="Each day" detail="All chats together, in the last 24 hours. Then new runs wait, and one click lets each go on anyway.">
            {budgets.map(({ field, label, unit }) => (
              <LimitField key={field} label={label} unit={unit} value={limits.day[field]} detail={<SpentOf spent={limits.today[field]} limit={limits.day[field]} />} onSave={(value) => save({ day: { [field]: value } })} />
            ))}
          </LimitGroup>
        </>
      )}
    </Section>
  );
}
