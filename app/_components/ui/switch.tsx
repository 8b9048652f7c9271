// On or off, in effect at once. Name it with `label`, or with an id inside a <Field>.
"use client";
import { Switch as Radix } from "radix-ui";
import { cn } from "../../_lib/cn.ts";

type SwitchProps = {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  label?: string;
  id?: string;
  disabled?: boolean;
  className?: string;
};

export function Switch({ label, className, ...props }: SwitchProps) {
  return (
    <Radix.Root
      aria-label={label}
      className={cn(
        "h-5 w-9 shrink-0 rounded-full border border-transparent bg-line-strong transition-colors disabled:opacity-50 data-[state=checked]:bg-accent",
        className,
      )}
      {...props}
    >
      <Radix.Thumb className="block size-4 translate-x-0.5 rounded-full bg-surface transition-transform data-[state=checked]:translate-x-[1.0625rem]" />
    </Radix.Root>
  );
}
