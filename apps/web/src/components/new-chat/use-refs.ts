import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { refsQuery } from "../../api/workspace-queries";
import type { RemoteRefs } from "../../api/git-types";
import { errorMessage } from "../../api/client";
import type { Suggestion } from "../../ui/SuggestField";
import { isGitUrl, splitSecret } from "./git-url";

/** Typing pauses this long before a remote is asked. */
const SETTLED_MS = 400;

interface Lookup {
  refs: RemoteRefs | undefined;
  busy: boolean;
  /** What the server says against the URL. */
  error: string | undefined;
}

/** What the remote of a URL has, looked up as one types; an older look-up is given up. */
export function useRefs(typed: string): Lookup {
  const url = typed.trim();
  const [settled, setSettled] = useState(url);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(url), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [url]);
  // A password never goes into the address of a request.
  const askable = isGitUrl(url) && !splitSecret(url).secret;
  const refs = useQuery({ ...refsQuery(settled), enabled: askable && settled === url });
  const waits = askable && settled !== url;
  return { refs: askable && !waits ? refs.data : undefined, busy: waits || (askable && refs.isFetching), error: askable && !waits && refs.error ? errorMessage(refs.error) : undefined };
}

export function suggestionsOf(refs: RemoteRefs | undefined): Suggestion[] {
  if (!refs) return [];
  const branches = refs.defaultBranch ? [refs.defaultBranch, ...refs.branches.filter((name) => name !== refs.defaultBranch)] : refs.branches;
  return [...branches.map((value) => ({ value, hint: value === refs.defaultBranch ? "default branch" : "branch" })), ...refs.tags.map((value) => ({ value, hint: "tag" }))];
}
