import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link, NavLink, useLocation } from "react-router";

import { doctorQuery } from "../../api/queries";
import { sheetOpen } from "../../stores/layout";
import { useStore } from "../../stores/external";
import { IconButton } from "../../ui/Button";
import { Icon, type IconName } from "../../ui/icons";
import { AgentList } from "./AgentList";
import { LinkStatus } from "./LinkStatus";

/** Wide screens hold the list of chats beside the page, narrow ones in a sheet. */
export function Sidebar({ wide }: { wide: boolean }) {
  const open = useStore(sheetOpen);
  const { key } = useLocation();
  useEffect(() => sheetOpen.set(false), [key, wide]);
  if (wide) {
    return (
      <aside className="flex h-full w-72 shrink-0 flex-col border-r border-line bg-panel">
        <SidebarContent />
      </aside>
    );
  }
  return (
    <Dialog.Root open={open} onOpenChange={(next) => sheetOpen.set(next)}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 animate-appear bg-[rgb(0_0_0/0.4)]" />
        <Dialog.Popup className="fixed inset-y-0 left-0 z-50 flex w-[min(20rem,86vw)] flex-col bg-panel shadow-pop outline-none">
          <Dialog.Title className="sr-only">Chats</Dialog.Title>
          <SidebarContent close={<Dialog.Close render={<IconButton icon="close" label="Close" />} />} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function SidebarContent({ close }: { close?: React.ReactNode }) {
  const doctor = useQuery(doctorQuery);
  return (
    <>
      <div className="flex h-13 shrink-0 items-center gap-2 px-3">
        <Link to="/" className="flex min-w-0 flex-1 items-center gap-2 rounded-md px-1 text-sm font-semibold">
          <img src="favicon.svg" alt="" width={20} height={20} />
          <span className="truncate">Cursor Self-Host</span>
        </Link>
        {close}
      </div>
      <nav aria-label="Chats" className="flex min-h-0 flex-1 flex-col">
        <div className="space-y-0.5 px-2 pb-2">
          <NavItem to="/" icon="plus" label="New chat" shortcut="n" />
          <NavItem to="/cli-chats" icon="terminal" label="CLI chats" />
        </div>
        <AgentList />
      </nav>
      <div className="shrink-0 border-t border-line px-2 py-1.5 pb-[max(0.375rem,env(safe-area-inset-bottom))]">
        <LinkStatus />
        <NavItem to="/settings" icon="settings" label="Settings" alert={doctor.data?.ok === false ? "Something needs attention" : undefined} />
      </div>
    </>
  );
}

function NavItem({ to, icon, label, shortcut, alert }: { to: string; icon: IconName; label: string; shortcut?: string; alert?: string }) {
  return (
    <NavLink
      to={to}
      end
      className={({ isActive }) =>
        `flex h-8 items-center gap-2.5 rounded-md px-2 text-sm touch:h-10 ${isActive ? "bg-selected text-ink" : "text-dim hover:bg-hover hover:text-ink"}`
      }
    >
      <Icon name={icon} size={15} />
      <span className="flex-1">{label}</span>
      {shortcut && (
        <kbd aria-hidden="true" className="rounded border border-line px-1 font-mono text-2xs text-faint touch:hidden">
          {shortcut}
        </kbd>
      )}
      {alert && (
        <span title={alert} className="size-2 rounded-full bg-warn">
          <span className="sr-only">{alert}</span>
        </span>
      )}
    </NavLink>
  );
}
