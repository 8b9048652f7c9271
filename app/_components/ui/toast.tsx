// Short messages at the edge of the page, most often with "Undo".
"use client";
import { useTheme } from "next-themes";
import { Toaster as Sonner, toast } from "sonner";

/** Mounted once, by the providers. */
export function Toaster({ label }: { label: string }) {
  const { resolvedTheme } = useTheme();
  return (
    // Focus stays where it was when a toast is clicked: as it leaves a toast, Sonner sends it back to where it came from, and
    // that shuts a menu opened just then.
    // biome-ignore lint/a11y/noStaticElementInteractions: nothing is done here, a default is left out
    <div onMouseDown={(event) => event.preventDefault()}>
      <Sonner
        containerAriaLabel={label}
        theme={resolvedTheme === "dark" ? "dark" : "light"}
        position="top-center"
        offset={64}
        mobileOffset={{ top: 64 }}
        toastOptions={{
          unstyled: true,
          classNames: {
            toast:
              "font-sans flex w-full items-center gap-3 rounded-lg bg-ink px-3.5 py-2.5 text-canvas text-sm shadow-float sm:w-(--width)",
            title: "font-normal",
            content: "flex-1 min-w-0",
            icon: "hidden",
            actionButton: "shrink-0 rounded-md px-2 py-1 font-medium underline underline-offset-2 hover:bg-canvas/10",
          },
        }}
      />
    </div>
  );
}

type Undo = { label: string; onClick: () => void };

/** Says what was done and offers to undo it for eight seconds. With an `id` it stands in the place of the toast before it. */
export function toastWithUndo(message: string, undo: Undo, id?: string): void {
  toast(message, { duration: 8000, action: undo, id });
}

export { toast };
