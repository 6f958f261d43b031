import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";

import { errorMessage } from "../../api/client";
import { getDoctor, setCursorKey, startLogin, stopLogin } from "../../api/machine";
import { doctorQuery, loginQuery } from "../../api/queries";
import { showToast } from "../../stores/toasts";
import { Button } from "../../ui/Button";
import { CommandLine } from "../../ui/Copy";
import { Dialog } from "../../ui/Dialog";
import { ErrorNote } from "../../ui/ErrorNote";
import { Field } from "../../ui/Field";
import { Spinner } from "../../ui/Spinner";

/** Signs the Cursor CLI in: by its own login, whose link is shown, or by an API key. */
export default function CursorLogin({ onClose }: { onClose(): void }) {
  const client = useQueryClient();
  const [error, setError] = useState<string>();
  const login = useQuery(loginQuery);
  const state = login.data?.state ?? "idle";

  useEffect(() => {
    if (state !== "succeeded") return;
    void getDoctor(true).then((doctor) => client.setQueryData(doctorQuery.queryKey, doctor), () => undefined);
  }, [state, client]);

  const begin = async () => {
    setError(undefined);
    try {
      client.setQueryData(loginQuery.queryKey, await startLogin());
    } catch (thrown) {
      setError(errorMessage(thrown));
    }
  };
  const close = () => {
    if (state === "waiting") void stopLogin().catch(() => undefined).then(() => client.removeQueries({ queryKey: loginQuery.queryKey }));
    onClose();
  };

  return (
    <Dialog open onClose={close} title="Sign in to Cursor" description="The Cursor CLI on this machine signs in with your Cursor account.">
      <div className="space-y-5 pt-2">
        <section className="space-y-3">
          {state === "waiting" ? (
            <Waiting url={login.data?.url} onStop={close} />
          ) : state === "succeeded" ? (
            <p role="status" className="rounded-lg bg-ok-soft px-3 py-2.5 text-sm text-ok">
              Signed in. You can go on with your chat.
            </p>
          ) : (
            <Button variant="primary" onClick={() => void begin()}>
              {state === "failed" ? "Try again" : "Get a sign-in link"}
            </Button>
          )}
          {state === "failed" && <ErrorNote>The login did not succeed.{login.data?.output && <pre className="mt-1.5 whitespace-pre-wrap font-mono text-xs">{login.data.output.trim()}</pre>}</ErrorNote>}
          {error && <ErrorNote>{error}</ErrorNote>}
        </section>
        {state !== "succeeded" && <KeyForm onDone={onClose} />}
        {state === "succeeded" && (
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function Waiting({ url, onStop }: { url: string | undefined; onStop(): void }) {
  return (
    <>
      <p role="status" className="flex items-center gap-2 text-sm text-dim">
        <Spinner /> {url ? "Open this link and sign in; this page notices by itself." : "Waiting for the CLI’s link…"}
      </p>
      {url && (
        <>
          <CommandLine command={url} label="Copy link" />
          <div className="flex gap-2">
            <a href={/^https?:\/\//.test(url) ? url : undefined} target="_blank" rel="noopener noreferrer" className="inline-flex h-8 items-center rounded-md bg-accent px-3 text-sm font-medium text-white hover:bg-accent-hover touch:h-10">
              Open the link
            </a>
            <Button variant="quiet" onClick={onStop}>
              Cancel
            </Button>
          </div>
        </>
      )}
    </>
  );
}

/** An API key of Cursor's, for machines where a login is not wanted. */
export function KeyForm({ onDone }: { onDone(): void }) {
  const client = useQueryClient();
  const [key, setKey] = useState("");
  const [error, setError] = useState<string>();
  const [saving, setSaving] = useState(false);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setSaving(true);
    setError(undefined);
    try {
      await setCursorKey(key.trim());
      client.setQueryData(doctorQuery.queryKey, await getDoctor(true));
      showToast({ message: "The API key is kept, encrypted, on this machine." });
      onDone();
    } catch (thrown) {
      setError(errorMessage(thrown));
    } finally {
      setSaving(false);
    }
  };
  return (
    <form onSubmit={(event) => void save(event)} className="space-y-2 border-t border-line pt-4">
      <Field label="Or paste a Cursor API key" type="password" autoComplete="off" value={key} onChange={(event) => setKey(event.target.value)} error={error} />
      <Button type="submit" disabled={key.trim() === "" || saving}>
        {saving ? "Saving…" : "Use this key"}
      </Button>
    </form>
  );
}
