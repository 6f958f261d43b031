import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { getDoctor } from "../../api/machine";
import { doctorQuery } from "../../api/queries";
import type { Doctor } from "../../api/types";
import { showToast } from "../../stores/toasts";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { CommandLine } from "../../ui/Copy";
import { InlineCode } from "../../ui/InlineCode";
import { useStartChat } from "../new-chat/use-start-chat";
import { PageHeader } from "../PageHeader";

export const INSTALL_COMMAND = "curl https://cursor.com/install -fsS | bash";
const DEMO_PROMPT = "List the files, then read README.md, then create notes.md with \"Seen by the demo\" and then run `ls -la`.";

/** The first page where the Cursor CLI is missing: how to get it, and what works without. */
export function CliMissing({ doctor }: { doctor: Doctor }) {
  const client = useQueryClient();
  const startChat = useStartChat();
  const [checking, setChecking] = useState(false);
  const [starting, setStarting] = useState(false);
  const check = doctor.checks.find(({ id, status }) => id.includes("cursor") && status === "error");

  const checkAgain = async () => {
    setChecking(true);
    const found = await getDoctor(true).catch(() => undefined);
    setChecking(false);
    if (found) client.setQueryData(doctorQuery.queryKey, found);
    if (!found?.cursor.path) showToast({ message: "The Cursor CLI is still not there." });
  };
  const tryDemo = async () => {
    setStarting(true);
    await startChat({ prompt: { text: DEMO_PROMPT }, driver: "demo", workspace: { type: "local", path: doctor.demo.projectPath }, permission: "everything" });
    setStarting(false);
  };

  return (
    <div className="flex h-full flex-col">
      <PageHeader title="Welcome" />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto w-full max-w-150 space-y-8 px-4 py-[max(2rem,10vh)] sm:px-6">
          <section className="space-y-3">
            <h2 className="text-[22px] font-semibold tracking-tight">The Cursor CLI is not on this machine yet</h2>
            <p className="text-dim">Chats here are worked by the Cursor CLI. Install it where cursor-selfhost runs, with one line in a terminal:</p>
            <CommandLine command={check?.command ?? INSTALL_COMMAND} label="Copy install command" />
            {check?.message && <p className="text-sm text-dim"><InlineCode text={check.message} /></p>}
            <Button variant="primary" disabled={checking} onClick={() => void checkAgain()}>
              {checking ? "Checking…" : "Check again"}
            </Button>
          </section>
          <section className="space-y-3 rounded-xl border border-line bg-panel p-5">
            <h2 className="flex items-center gap-2 text-[15px] font-semibold">
              Or look around first <Badge tone="warn">Demo</Badge>
            </h2>
            <p className="text-sm text-dim">The demo is a script without AI that speaks as the CLI does: it reads, edits and runs commands in a sample project, and touches nothing else.</p>
            <Button disabled={starting} onClick={() => void tryDemo()}>
              {starting ? "Starting…" : "Try the demo in a sample project"}
            </Button>
          </section>
        </div>
      </div>
    </div>
  );
}
