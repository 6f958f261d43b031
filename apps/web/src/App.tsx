import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";

import { ApiError, errorMessage, onSignedOut } from "./api/client";
import { connectCache } from "./api/live";
import { sessionQuery } from "./api/queries";
import { AppRoutes } from "./routes";
import { link } from "./streams/link";
import { useLinkState } from "./streams/use-link";
import { Button } from "./ui/Button";

const SignInPage = lazy(() => import("./pages/SignInPage"));

/** Who is signed in sees the page, who is not sees how to. */
export function App() {
  const client = useQueryClient();
  const session = useQuery(sessionQuery);
  const linkState = useLinkState();
  const signedIn = session.data !== undefined;

  // Any request, and the stream, may find that the session has ended.
  useEffect(() => onSignedOut(() => void client.resetQueries({ queryKey: sessionQuery.queryKey })), [client]);
  useEffect(() => {
    if (linkState === "signed-out") void client.resetQueries({ queryKey: sessionQuery.queryKey });
  }, [linkState, client]);
  useEffect(() => {
    if (!signedIn) return;
    const disconnect = connectCache(client, link);
    link.start();
    link.retry();
    return disconnect;
  }, [signedIn, client]);

  if (signedIn) return <AppRoutes />;
  if (session.isPending) return null;
  if (session.error instanceof ApiError && session.error.status === 401) {
    return (
      <Suspense>
        <SignInPage onSignedIn={() => void client.resetQueries()} />
      </Suspense>
    );
  }
  return (
    <main className="flex h-full flex-col items-center justify-center gap-3 p-6 text-center">
      <h1 className="text-[17px] font-semibold">The server does not answer</h1>
      <p className="max-w-100 text-sm text-dim">{errorMessage(session.error)}</p>
      <Button onClick={() => void session.refetch()}>Try again</Button>
    </main>
  );
}
