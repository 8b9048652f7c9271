// Choice of one among a few, as a button that opens a list.
"use client";
import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import { cn } from "../../_lib/cn.ts";
import { inputStyles } from "./input.tsx";

type SelectOption<T extends string> = { value: T; label: string; disabled?: boolean };

type SelectProps<T extends string> = {
  value: T;
  onValueChange: (value: T) => void;
  options: readonly SelectOption<T>[];
  /** Set by <Field>; give `label` where there is no visible one. */
  id?: string;
  label?: string;
  "aria-describedby"?: string;
  disabled?: boolean;
  className?: string;
};

export function Select<T extends string>({
  value,
  onValueChange,
  options,
  label,
  disabled,
  className,
  ...field
}: SelectProps<T>) {
  return (
    <Radix.Root value={value} onValueChange={(next) => onValueChange(next as T)} disabled={disabled}>
      <Radix.Trigger
        {...field}
        aria-label={label}
        className={cn(inputStyles, "inline-flex h-9 items-center justify-between gap-2 text-left", className)}
      >
        <span className="min-w-0 truncate">
          <Radix.Value />
        </span>
        <Radix.Icon>
          <ChevronDown aria-hidden className="size-4 shrink-0 text-quiet" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) max-w-[calc(100vw-1rem)] overflow-hidden rounded-lg bg-surface p-1 shadow-float data-[state=open]:fade-in-0 data-[state=open]:animate-in"
        >
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled}
                className="flex min-h-8 select-none items-center gap-2 rounded-md py-1 pr-3 pl-7 text-sm outline-none data-disabled:opacity-50 data-highlighted:bg-hover"
              >
                <Radix.ItemIndicator className="-ml-5 absolute">
                  <Check aria-hidden className="size-3.5" />
                </Radix.ItemIndicator>
                <Radix.ItemText>{option.label}</Radix.ItemText>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
