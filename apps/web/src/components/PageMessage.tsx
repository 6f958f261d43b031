import type { ReactNode } from "react";

import { sheetOpen } from "../stores/layout";
import { IconButton } from "../ui/Button";
import { InlineCode } from "../ui/InlineCode";
import { Spinner } from "../ui/Spinner";

interface PageMessageProps {
  title: string;
  detail?: ReactNode;
  loading?: string;
  children?: ReactNode;
}

/** A page that has little to show: that it is loading, or why there is nothing. */
export function PageMessage({ title, detail, loading, children }: PageMessageProps) {
  return (
    <div className="relative flex min-h-0 flex-1 flex-col items-center justify-center gap-3 p-6 text-center">
      <IconButton icon="menu" label="Show the list of chats" className="absolute left-2 top-2 lg:hidden" onClick={() => sheetOpen.set(true)} />
      {loading && (
        <p role="status" className="flex items-center gap-2 text-sm text-dim">
          <Spinner /> {loading}
        </p>
      )}
      {title && <h1 className="text-[17px] font-semibold">{title}</h1>}
      {detail && <p className="max-w-100 text-sm text-dim">{typeof detail === "string" ? <InlineCode text={detail} /> : detail}</p>}
      {children}
    </div>
  );
}
