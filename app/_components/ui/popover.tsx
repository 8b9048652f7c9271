// A small panel with content that opens from a button.
"use client";
import { Popover as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { cn } from "../../_lib/cn.ts";
import { focusPanel } from "./focus-panel.ts";

type PopoverProps = {
  trigger: ReactElement;
  /** The panel's accessible name. */
  label: string;
  align?: "start" | "center" | "end";
  side?: "top" | "right" | "bottom" | "left";
  className?: string;
  children: ReactNode;
};

export function Popover({ trigger, label, align = "start", side = "top", className, children }: PopoverProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={12}
          onOpenAutoFocus={focusPanel}
          className={cn(
            "data-[state=open]:fade-in-0 z-50 w-80 max-w-[calc(100vw-1.5rem)] rounded-lg bg-surface p-4 text-sm shadow-float outline-none data-[state=open]:animate-in",
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
