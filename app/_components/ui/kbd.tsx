// A key of the keyboard, as text that looks like one.
import { cn } from "../../_lib/cn.ts";

export function Kbd({ children, inverted = false }: { children: string; inverted?: boolean }) {
  return (
    <kbd
      className={cn(
        "rounded-sm border px-1 font-sans text-xs leading-4",
        inverted ? "border-canvas/30 text-canvas/80" : "border-line-strong bg-sunken text-quiet",
      )}
    >
      {children}
    </kbd>
  );
}
