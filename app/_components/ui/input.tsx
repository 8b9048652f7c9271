// One line of text, and the text area that shares its look.
import type { ComponentProps } from "react";
import { cn } from "../../_lib/cn.ts";

export const inputStyles =
  "w-full rounded-lg border border-line-strong bg-surface px-3 text-base text-ink placeholder:text-faint focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 disabled:cursor-not-allowed disabled:opacity-60 aria-invalid:border-danger aria-invalid:outline-danger";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input className={cn(inputStyles, "h-9", className)} {...props} />;
}
