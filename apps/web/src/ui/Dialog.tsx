import { Dialog as Base } from "@base-ui/react/dialog";
import type { ReactNode } from "react";

import { IconButton } from "./Button";

interface DialogProps {
  open: boolean;
  onClose(): void;
  title: string;
  description?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

/** A dialog in the middle of the page; on narrow screens it rises from the bottom. */
export function Dialog({ open, onClose, title, description, wide = false, children }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 animate-appear bg-[rgb(0_0_0/0.4)]" />
        <Base.Popup
          className={`fixed inset-x-0 bottom-0 z-50 flex max-h-[92dvh] flex-col rounded-t-xl bg-raised shadow-pop outline-none animate-rise sm:inset-x-auto sm:bottom-auto sm:left-1/2 sm:top-[12vh] sm:max-h-[76vh] sm:-translate-x-1/2 sm:rounded-xl ${wide ? "sm:w-160" : "sm:w-120"}`}
        >
          <header className="px-5 pb-2 pr-14 pt-4">
            <Base.Title className="text-[15px] font-semibold">{title}</Base.Title>
            {description && <Base.Description className="mt-1 text-sm text-dim">{description}</Base.Description>}
          </header>
          <div className="flex min-h-0 flex-1 flex-col overflow-y-auto px-5 pb-5 pb-[max(1.25rem,env(safe-area-inset-bottom))] pt-1">{children}</div>
          {/* Last, so that the focus goes first to what the dialog is about. */}
          <Base.Close render={<IconButton icon="close" label="Close" className="absolute! right-3 top-3" />} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
