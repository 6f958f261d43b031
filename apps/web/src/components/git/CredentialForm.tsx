import { type FormEvent, useState } from "react";

import { errorMessage } from "../../api/client";
import { putCredential } from "../../api/git";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";

/** A user and a token for a host, or for what stands below a URL. */
export function CredentialForm({ onCancel, onKept }: { onCancel(): void; onKept(): void }) {
  const [scope, setScope] = useState("");
  const [username, setUsername] = useState("");
  const [token, setToken] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      // Who writes only a host means it over HTTPS.
      const url = /^[\w.-]+(:\d+)?(\/|$)/.test(scope.trim()) ? `https://${scope.trim()}` : scope.trim();
      await putCredential({ scope: url.replace(/\/$/, ""), ...(username.trim() ? { username: username.trim() } : {}), token: token.trim() });
      onKept();
    } catch (thrown) {
      setError(errorMessage(thrown));
      setBusy(false);
    }
  };
  return (
    <form aria-label="New credential" onSubmit={(event) => void submit(event)} className="mt-3 space-y-3 rounded-md border border-line bg-panel p-3">
      <Field label="Host, or a URL below it" autoFocus value={scope} placeholder="https://github.com" spellCheck={false} autoCapitalize="off" onChange={(event) => setScope(event.target.value)} error={error} />
      <div className="flex flex-wrap gap-3">
        <Field label="User (if the host asks for one)" className="min-w-44 flex-1" value={username} autoComplete="off" spellCheck={false} autoCapitalize="off" onChange={(event) => setUsername(event.target.value)} />
        <Field label="Token or password" className="min-w-44 flex-1" type="password" autoComplete="off" value={token} onChange={(event) => setToken(event.target.value)} />
      </div>
      <div className="flex justify-end gap-2">
        <Button variant="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" disabled={busy || scope.trim() === "" || token.trim() === ""}>
          {busy ? "Keeping it…" : "Keep it"}
        </Button>
      </div>
    </form>
  );
}
