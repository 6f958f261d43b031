import type { ReactNode } from "react";

import { sheetOpen } from "../stores/layout";
import { IconButton } from "../ui/Button";
import { usePageTitle } from "./use-page-title";

export function PageHeader({ title, children }: { title: string; children?: ReactNode }) {
  usePageTitle(title);
  return (
    <header className="flex h-13 shrink-0 items-center gap-2 border-b border-line px-2 sm:px-4 lg:px-6">
      <IconButton icon="menu" label="Show the list of chats" className="lg:hidden" onClick={() => sheetOpen.set(true)} />
      <h1 className="min-w-0 flex-1 truncate text-base font-semibold">{title}</h1>
      {children}
    </header>
  );
}
