// The left column on phones: slides over the page and closes when left.
"use client";
import { Dialog } from "radix-ui";
import type { ReactNode } from "react";
import { focusPanel } from "../../_components/ui/focus-panel.ts";

type DrawerProps = { open: boolean; onOpenChange: (open: boolean) => void; label: string; children: ReactNode };

export function Drawer({ open, onOpenChange, label, children }: DrawerProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="data-[state=open]:fade-in-0 fixed inset-0 z-40 bg-scrim data-[state=open]:animate-in" />
        <Dialog.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focusPanel}
          className="data-[state=open]:slide-in-from-left data-[state=closed]:slide-out-to-left fixed inset-y-0 left-0 z-50 w-[min(20rem,85vw)] border-r bg-canvas outline-none data-[state=closed]:animate-out data-[state=open]:animate-in"
        >
          <Dialog.Title className="sr-only">{label}</Dialog.Title>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
