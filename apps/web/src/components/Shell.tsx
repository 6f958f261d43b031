import type { ReactNode } from "react";
import { useLocation } from "react-router";

import { errorMessage } from "../api/client";
import { useStore } from "../stores/external";
import { dismissToast, toasts } from "../stores/toasts";
import { Button } from "../ui/Button";
import { Toasts } from "../ui/Toasts";
import { Boundary } from "./Boundary";
import { Dialogs } from "./Dialogs";
import { PageMessage } from "./PageMessage";
import { Sidebar } from "./sidebar/Sidebar";
import { useAnnouncements } from "./use-announcements";
import { useMedia } from "./use-media";
import { useShortcuts } from "./use-shortcuts";

/** What stands around every page: the chats, the dialogs, the messages. */
export function Shell({ children }: { children: ReactNode }) {
  const wide = useMedia("(min-width: 1024px)");
  const { pathname } = useLocation();
  useShortcuts(wide);
  useAnnouncements();
  return (
    <div className="flex h-full">
      <Sidebar wide={wide} />
      <main className="flex h-full min-w-0 flex-1 flex-col">
        <Boundary
          // The views of one chat are one page: changing between them keeps what was written.
          key={pathname.split("/").slice(0, 3).join("/")}
          fallback={(error) => (
            <PageMessage title="This page could not be shown" detail={errorMessage(error)}>
              <Button onClick={() => location.reload()}>Reload</Button>
            </PageMessage>
          )}
        >
          {children}
        </Boundary>
      </main>
      <Dialogs />
      <Toasts items={useStore(toasts)} onDismiss={dismissToast} />
    </div>
  );
}
