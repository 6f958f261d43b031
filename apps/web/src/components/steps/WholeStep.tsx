import { useState } from "react";

import { stepContent } from "../../api/agents";
import { errorMessage } from "../../api/client";
import type { Step } from "../../api/types";
import { Button } from "../../ui/Button";
import { bytes } from "../../ui/numbers";
import { LongText } from "./LongText";

/** Fetches what a step is too long to hold. */
export function WholeStep({ step }: { step: Step }) {
  const [content, setContent] = useState<{ text?: string; error?: string; loading?: boolean }>({});
  if (content.text !== undefined) return <LongText text={content.text} />;
  const load = () => {
    setContent({ loading: true });
    stepContent(step.agentId, step.id).then(
      (text) => setContent({ text }),
      (error: unknown) => setContent({ error: errorMessage(error) }),
    );
  };
  return (
    <div className="flex items-center gap-3 px-3 py-2 text-xs text-dim">
      <Button onClick={load} disabled={content.loading}>
        {content.loading ? "Loading…" : `Show the whole${step.size ? ` (${bytes(step.size)})` : ""}`}
      </Button>
      <span>{content.error ?? "This is the beginning of it."}</span>
    </div>
  );
}
