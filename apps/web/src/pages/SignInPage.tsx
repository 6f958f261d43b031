import { type FormEvent, useState } from "react";
import { useSearchParams } from "react-router";

import { errorMessage } from "../api/client";
import { signIn } from "../api/machine";
import { Button } from "../ui/Button";
import { CommandLine } from "../ui/Copy";
import { Field } from "../ui/Field";

/** For who is not signed in: how to get a link, and a field for a key or a password. */
export default function SignInPage({ onSignedIn }: { onSignedIn(): void }) {
  const [search] = useSearchParams();
  const [secret, setSecret] = useState("");
  const [kind, setKind] = useState<"key" | "password">("key");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await signIn(kind === "key" ? { key: secret.trim() } : { password: secret });
      onSignedIn();
    } catch (thrown) {
      setError(errorMessage(thrown));
      setBusy(false);
    }
  };

  return (
    <main className="flex min-h-full items-center justify-center overflow-y-auto bg-panel p-4">
      <div className="w-full max-w-105 rounded-xl border border-line bg-raised p-6 shadow-card">
        <img src="favicon.svg" alt="" width={36} height={36} className="mb-4" />
        <h1 className="text-[18px] font-semibold tracking-tight">Sign in to Cursor Self-Host</h1>
        {search.get("signed-out") === "expired" && (
          <p role="alert" className="mt-3 rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
            That link was used already or is too old. Print a fresh one.
          </p>
        )}
        <p className="mb-3 mt-2 text-sm text-dim">On the machine where it runs, this prints a link that signs this browser in:</p>
        <CommandLine command="cursor-selfhost link" />
        <form onSubmit={(event) => void submit(event)} className="mt-5 space-y-3 border-t border-line pt-5">
          <Field
            key={kind}
            label={kind === "key" ? "Or an API key" : "Or the password"}
            type="password"
            autoComplete={kind === "key" ? "off" : "current-password"}
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
            error={error}
          />
          <div className="flex items-center justify-between gap-2">
            <Button type="submit" variant="primary" disabled={secret.trim() === "" || busy}>
              {busy ? "Signing in…" : "Sign in"}
            </Button>
            <Button variant="quiet" onClick={() => (setKind(kind === "key" ? "password" : "key"), setError(undefined), setSecret(""))}>
              {kind === "key" ? "Use a password" : "Use a key"}
            </Button>
          </div>
        </form>
      </div>
    </main>
  );
}
