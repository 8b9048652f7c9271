// Several lines of text, growing with what is typed where the browser can.
import type { ComponentProps } from "react";
import { cn } from "../../_lib/cn.ts";
import { inputStyles } from "./input.tsx";

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea className={cn(inputStyles, "field-sizing-content min-h-20 resize-y py-2", className)} {...props} />;
}
