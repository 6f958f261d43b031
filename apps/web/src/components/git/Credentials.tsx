import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { errorMessage } from "../../api/client";
import { deleteCredential } from "../../api/git";
import { credentialsQuery } from "../../api/workspace-queries";
import { showToast } from "../../stores/toasts";
import { Button, IconButton } from "../../ui/Button";
import { ErrorNote } from "../../ui/ErrorNote";
import { Age } from "../../ui/time";
import { CredentialForm } from "./CredentialForm";

/** The users and tokens that git is given over HTTP. */
export function Credentials() {
  const client = useQueryClient();
  const { data, error } = useQuery(credentialsQuery);
  const [adding, setAdding] = useState(false);
  const refetch = () => client.invalidateQueries({ queryKey: credentialsQuery.queryKey });
  const remove = async (id: string, scope: string) => {
    try {
      await deleteCredential(id);
      showToast({ message: `The credential for ${scope} is forgotten.` });
    } catch (thrown) {
      showToast({ message: errorMessage(thrown), tone: "error" });
    }
    await refetch();
  };
  return (
    <div className="px-3.5 py-3">
      <div className="flex items-center gap-4">
        <div className="min-w-44 flex-1 text-sm">
          <h3 className="font-medium">Credentials for HTTPS</h3>
          <p className="text-dim">Kept encrypted. A token is never shown again.</p>
        </div>
        {!adding && (
          <Button icon="plus" onClick={() => setAdding(true)}>
            Add
          </Button>
        )}
      </div>
      {error && (
        <div className="mt-2">
          <ErrorNote>{errorMessage(error)}</ErrorNote>
        </div>
      )}
      {data && data.items.length > 0 && (
        <ul aria-label="Credentials" className="mt-2 divide-y divide-line rounded-md border border-line">
          {data.items.map(({ id, scope, username, createdAt }) => (
            <li key={id} className="flex items-center gap-3 py-1 pl-3 pr-1 text-sm">
              <span className="min-w-0 flex-1">
                <span className="block break-all font-mono text-xs">{scope}</span>
                <span className="block text-xs text-dim">
                  {username ? `${username} · ` : ""}
                  <Age iso={createdAt} />
                </span>
              </span>
              <IconButton icon="trash" size={14} label={`Forget the credential for ${scope}`} onClick={() => void remove(id, scope)} />
            </li>
          ))}
        </ul>
      )}
      {adding && (
        <CredentialForm
          onCancel={() => setAdding(false)}
          onKept={() => {
            setAdding(false);
            void refetch();
            // What could not be reached may be now.
            void client.invalidateQueries({ queryKey: ["refs"] });
          }}
        />
      )}
    </div>
  );
}
