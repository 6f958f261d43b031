import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useLocation } from "react-router";

import { errorMessage } from "../../api/client";
import { patchWorkspaceSettings } from "../../api/git";
import type { PatchWorkspaceSettings } from "../../api/git-types";
import { keepAnswer } from "../../api/keep";
import { workspaceSettingsQuery } from "../../api/workspace-queries";
import { showToast } from "../../stores/toasts";
import { ErrorNote } from "../../ui/ErrorNote";
import { Line, Section } from "../settings/Section";
import { Credentials } from "./Credentials";
import { SettingField } from "./SettingField";

/** How git signs in and who it commits as, and what is done with workspaces. */
export function GitSection() {
  const client = useQueryClient();
  const { data: settings, error } = useQuery(workspaceSettingsQuery);
  const place = useRef<HTMLDivElement>(null);
  const { hash, key } = useLocation();
  const loaded = settings !== undefined;
  // Cards that fail for want of a credential lead here.
  useEffect(() => {
    if (hash === "#git" && loaded) place.current?.scrollIntoView({ block: "start" });
  }, [hash, key, loaded]);
  const save = async (change: PatchWorkspaceSettings) => keepAnswer(client, workspaceSettingsQuery, await patchWorkspaceSettings(change));
  return (
    <div ref={place} id="git" className="scroll-mt-6 space-y-8">
      <Section title="Git" detail="Git uses the SSH agent, the keys and the credential helper of this machine by itself. Here is what it does not have.">
        {error && <ErrorNote>{errorMessage(error)}</ErrorNote>}
        <Credentials />
        {settings && (
          <>
            <SettingField label="Commit name" value={settings.commitName ?? ""} placeholder={settings.gitIdentity?.name ?? "Nobody yet"} detail={settings.gitIdentity ? "Of commits that are made for you. Empty: as in your own git." : "Of commits that are made for you. Your own git has none."} onSave={(text) => save({ commitName: text || null })} />
            <SettingField label="Commit e-mail" type="email" value={settings.commitEmail ?? ""} placeholder={settings.gitIdentity?.email ?? "Nobody yet"} onSave={(text) => save({ commitEmail: text || null })} />
            <Line title="Hosts that SSH does not know yet" detail="Strict takes only those whose key is known already.">
              <fieldset className="flex rounded-md border border-line-strong p-0.5">
                <legend className="sr-only">Hosts that SSH does not know yet</legend>
                {(["accept-new", "strict"] as const).map((value) => (
                  <label key={value} className="flex h-7 cursor-pointer items-center rounded px-2.5 text-sm text-dim has-checked:bg-selected has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent-ink touch:h-10">
                    <input
                      type="radio"
                      name="host-keys"
                      className="sr-only"
                      checked={settings.hostKeys === value}
                      onChange={() => void save({ hostKeys: value }).catch((thrown: unknown) => showToast({ message: errorMessage(thrown), tone: "error" }))}
                    />
                    {value === "strict" ? "Strict" : "Accept"}
                  </label>
                ))}
              </fieldset>
            </Line>
          </>
        )}
      </Section>
      {settings && (
        <Section title="Workspaces">
          <SettingField
            label="Files that a copy takes along"
            detail="Patterns of ignored files, with spaces between."
            mono
            value={settings.copiedFiles.join(" ")}
            placeholder="None"
            onSave={(text) => save({ copiedFiles: text.split(/\s+/).filter(Boolean) })}
          />
          <SettingField
            label="Put files away after"
            detail="Days without use, and when a chat is archived. The work is kept and comes back by itself. Empty: never."
            unit="days"
            value={settings.giveUpAfterDays === null ? "" : String(settings.giveUpAfterDays)}
            placeholder="Never"
            onSave={async (text) => {
              if (text && !/^\d+$/.test(text)) throw new Error("A whole number of days, or empty.");
              return save({ giveUpAfterDays: text ? Number(text) : null });
            }}
          />
          <SettingField label="Editor link" detail={<>With <code className="font-mono text-xs">{"{path}"}</code> for the absolute path. Empty: Cursor and VS Code, by SSH where this page comes from another machine.</>} mono wide value={settings.editorUrl ?? ""} placeholder="cursor://file/{path}" onSave={(text) => save({ editorUrl: text || null })} />
        </Section>
      )}
    </div>
  );
}
