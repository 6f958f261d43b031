import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { errorMessage } from "../api/client";
import { forgetCursorKey, getDoctor, signOut } from "../api/machine";
import { doctorQuery, sessionQuery } from "../api/queries";
import type { Check } from "../api/types";
import { GitSection } from "../components/git/GitSection";
import { LimitsSection } from "../components/limits/LimitsSection";
import { PageHeader } from "../components/PageHeader";
import { Line, Section } from "../components/settings/Section";
import { useStore } from "../stores/external";
import { openDialog } from "../stores/layout";
import { canNotify, enableNotifications, notifyOnEnd } from "../stores/notifications";
import { type Theme, theme } from "../stores/theme";
import { showToast } from "../stores/toasts";
import { Button } from "../ui/Button";
import { CommandLine } from "../ui/Copy";
import { ErrorNote } from "../ui/ErrorNote";
import { Icon } from "../ui/icons";
import { InlineCode } from "../ui/InlineCode";

export default function SettingsPage() {
  return (
    <div className="flex h-full flex-col">
      <PageHeader title="Settings" />
      {/* What is hidden from sight is placed in here, and makes the document no longer. */}
      <div className="relative min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto w-full max-w-170 space-y-8 px-4 py-6 sm:px-6">
          <CursorSection />
          <GitSection />
          <LimitsSection />
          <MachineSection />
          <PageSection />
          <SessionSection />
        </div>
      </div>
    </div>
  );
}

function CursorSection() {
  const client = useQueryClient();
  const cursor = useQuery(doctorQuery).data?.cursor;
  const forget = async () => {
    try {
      await forgetCursorKey();
      client.setQueryData(doctorQuery.queryKey, await getDoctor(true));
      showToast({ message: "The API key is forgotten." });
    } catch (error) {
      showToast({ message: errorMessage(error), tone: "error" });
    }
  };
  if (!cursor) return null;
  const { loggedIn, method, email } = cursor.login;
  return (
    <Section title="Cursor">
      <Line
        title={cursor.path ? `Cursor CLI ${cursor.version ?? ""}` : "The Cursor CLI is not installed"}
        detail={
          <>
            {cursor.path && <code className="break-all font-mono text-xs">{cursor.path}</code>}
            {cursor.newerThanTested && " Newer than the versions this program was tested with."}
          </>
        }
      />
      {cursor.path && (
        <Line title={loggedIn ? "Signed in" : "Not signed in"} detail={loggedIn ? (method === "api-key" ? "With an API key." : (email ?? "With the CLI’s own login.")) : "Chats cannot start until the CLI is signed in."}>
          {loggedIn && method === "api-key" && <Button onClick={() => void forget()}>Forget the key</Button>}
          <Button onClick={() => openDialog.set({ name: "cursor-login" })}>{loggedIn ? "Change" : "Sign in"}</Button>
        </Line>
      )}
    </Section>
  );
}

const marks: Record<Check["status"], { icon: "check" | "alert" | "question"; colour: string; word: string }> = {
  ok: { icon: "check", colour: "text-ok", word: "Fine" },
  warning: { icon: "alert", colour: "text-warn", word: "Warning" },
  error: { icon: "alert", colour: "text-danger", word: "Problem" },
  unknown: { icon: "question", colour: "text-faint", word: "Not known" },
};

function MachineSection() {
  const client = useQueryClient();
  const doctor = useQuery(doctorQuery);
  const [checking, setChecking] = useState(false);
  const check = async () => {
    setChecking(true);
    try {
      client.setQueryData(doctorQuery.queryKey, await getDoctor(true));
    } catch (error) {
      showToast({ message: errorMessage(error), tone: "error" });
    }
    setChecking(false);
  };
  return (
    <Section
      title="This machine"
      action={
        <Button disabled={checking} onClick={() => void check()}>
          {checking ? "Checking…" : "Check again"}
        </Button>
      }
    >
      {doctor.error && <ErrorNote>{errorMessage(doctor.error)}</ErrorNote>}
      {doctor.data?.checks.map(({ id, title, status, message, remedy, command }) => {
        const mark = marks[status];
        return (
          <div key={id} className="flex items-start gap-3 px-3.5 py-3">
            <Icon name={mark.icon} className={`mt-0.5 ${mark.colour}`} />
            <div className="min-w-0 flex-1 space-y-1.5 text-sm">
              <p className="font-medium">
                <span className="sr-only">{mark.word}: </span>
                {title}
              </p>
              <p className="break-words text-dim"><InlineCode text={message} /></p>
              {status !== "ok" && remedy && <p className="break-words"><InlineCode text={remedy} /></p>}
              {status !== "ok" && command && <CommandLine command={command} />}
            </div>
          </div>
        );
      })}
    </Section>
  );
}

const themes: { value: Theme; label: string }[] = [
  { value: "system", label: "System" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

function PageSection() {
  const chosen = useStore(theme);
  const notify = useStore(notifyOnEnd);
  const toggle = async () => {
    if (notify) notifyOnEnd.set(false);
    else if (!(await enableNotifications())) showToast({ message: "The browser does not allow notifications for this page. Allow them in its site settings." });
  };
  return (
    <Section title="This page">
      <Line title="Theme">
        <fieldset className="flex rounded-md border border-line-strong p-0.5">
          <legend className="sr-only">Theme</legend>
          {themes.map(({ value, label }) => (
            <label key={value} className="flex h-7 cursor-pointer items-center rounded px-2.5 text-sm text-dim has-checked:bg-selected has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent-ink touch:h-10">
              <input type="radio" name="theme" className="sr-only" checked={chosen === value} onChange={() => theme.set(value)} />
              {label}
            </label>
          ))}
        </fieldset>
      </Line>
      <Line title="Notify me when runs end" detail={canNotify() ? "By a notification of the browser, for chats you are not looking at." : "The browser does not allow notifications for this page."}>
        <Button role="switch" aria-checked={notify} aria-label="Notify me when runs end" disabled={!canNotify()} onClick={() => void toggle()}>
          {notify ? "On" : "Off"}
        </Button>
      </Line>
      <Line title="Keyboard shortcuts">
        <Button onClick={() => openDialog.set({ name: "shortcuts" })}>Show</Button>
      </Line>
    </Section>
  );
}

function SessionSection() {
  const client = useQueryClient();
  const session = useQuery(sessionQuery).data;
  const leave = async () => {
    await signOut().catch(() => undefined);
    client.clear();
    location.reload();
  };
  return (
    <Section title="Signed in here">
      <Line title={session?.user.name || "You"} detail={[session?.version && `cursor-selfhost ${session.version}`, session?.publicUrl].filter(Boolean).join(" · ")}>
        <Button onClick={() => void leave()}>Sign out</Button>
      </Line>
    </Section>
  );
}
