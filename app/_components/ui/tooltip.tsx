// A short label beside what the pointer or the keyboard is on. Never the only place something is said.
"use client";
import { Tooltip as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { Kbd } from "./kbd.tsx";

export const TooltipProvider = Radix.Provider;

type TooltipProps = {
  content: ReactNode;
  shortcut?: string;
  side?: "top" | "right" | "bottom" | "left";
  /** One element that can take a ref and pointer events. */
  children: ReactElement;
};

export function Tooltip({ content, shortcut, side = "bottom", children }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex max-w-72 items-center gap-2 rounded-md bg-ink px-2 py-1 text-canvas text-xs data-[state=delayed-open]:fade-in-0 data-[state=delayed-open]:animate-in"
        >
          {content}
          {shortcut && <Kbd inverted>{shortcut}</Kbd>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
