import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { errorMessage } from "../../api/client";
import { putCredential } from "../../api/git";
import type { RepoRef } from "../../api/git-types";
import { repositoriesQuery } from "../../api/queries";
import { IconButton } from "../../ui/Button";
import { Spinner } from "../../ui/Spinner";
import { SuggestField } from "../../ui/SuggestField";
import { shownUrl, splitSecret } from "./git-url";
import { suggestionsOf, useRefs } from "./use-refs";

interface RepositoryFieldsProps {
  repo: RepoRef;
  number: number;
  /** Absent: the only one there is. */
  onRemove?(): void;
  onChange(repo: RepoRef): void;
}

/** One repository: its URL, and the branch, tag or commit to begin at. */
export function RepositoryFields({ repo, number, onRemove, onChange }: RepositoryFieldsProps) {
  const known = useQuery(repositoriesQuery).data?.items ?? [];
  const { refs, busy, error } = useRefs(repo.url);
  const [kept, setKept] = useState<{ scope?: string; error?: string }>();
  // A password that came with the URL is kept where passwords are kept, and seen no more.
  const settle = async (text: string) => {
    const { url, secret } = splitSecret(text);
    if (!secret) return;
    onChange({ ...repo, url });
    try {
      await putCredential(secret);
      setKept({ scope: secret.scope });
    } catch (thrown) {
      setKept({ error: errorMessage(thrown) });
    }
  };
  const nth = onRemove ? ` ${number}` : "";
  const missing = refs && repo.startingRef && !refs.truncated && !/^[0-9a-f]{7,64}$/i.test(repo.startingRef) && !refs.branches.includes(repo.startingRef) && !refs.tags.includes(repo.startingRef);
  return (
    <div role="group" aria-label={`Repository${nth}`} className="flex flex-wrap items-start gap-2 sm:flex-nowrap">
      <div className="flex w-full min-w-0 flex-col sm:flex-1">
        <SuggestField
          label="Repository URL"
          autoFocus={repo.url === ""}
          value={repo.url}
          items={known.map(({ url }) => ({ value: shownUrl(url) }))}
          placeholder="https://host/owner/name or git@host:owner/name"
          busy={busy}
          error={kept?.error ?? error}
          detail={
            busy ? (
              <span role="status" className="flex items-center gap-1.5">
                <Spinner size={12} /> Looking up branches and tags
              </span>
            ) : refs?.empty ? (
              "The repository is empty: the agent makes its first commit."
            ) : kept?.scope ? (
              `The password is kept encrypted for ${kept.scope}; Settings → Git forgets it.`
            ) : undefined
          }
          onChange={(url) => {
            setKept(undefined);
            onChange({ url, startingRef: url === repo.url ? repo.startingRef : undefined });
          }}
          onPaste={(event) => {
            const pasted = event.clipboardData.getData("text");
            if (!splitSecret(pasted).secret) return;
            event.preventDefault();
            void settle(pasted);
          }}
          onBlur={() => void settle(repo.url)}
        />
      </div>
      <div className="flex w-full min-w-0 items-start gap-1 sm:w-58">
        <SuggestField
          label="Begin at"
          value={repo.startingRef ?? ""}
          items={suggestionsOf(refs)}
          placeholder={refs?.defaultBranch ?? "Default branch"}
          detail={missing ? <span className="text-warn">There is no such branch or tag.</span> : refs?.truncated ? "Not all are listed." : undefined}
          onChange={(startingRef) => onChange({ ...repo, startingRef: startingRef.trim() || undefined })}
        />
        {onRemove && <IconButton icon="close" size={12} label={`Remove repository ${number}`} onClick={onRemove} className="mt-6.5" />}
      </div>
    </div>
  );
}
