// A plain table that scrolls sideways inside its own box on narrow screens.
import type { ComponentProps } from "react";
import { cn } from "../../_lib/cn.ts";

/** `label` names the table for assistive technology and makes its scroll box reachable by keyboard. */
export function Table({ label, className, ...props }: ComponentProps<"table"> & { label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section aria-label={label} tabIndex={0} className="relative overflow-x-auto rounded-lg border bg-surface">
      <table className={cn("w-full border-collapse text-left text-sm", className)} {...props} />
    </section>
  );
}

export function TableHead({ className, ...props }: ComponentProps<"thead">) {
  return <thead className={cn("border-b bg-sunken/60 text-quiet text-xs", className)} {...props} />;
}

export function TableBody({ className, ...props }: ComponentProps<"tbody">) {
  return <tbody className={cn("divide-y", className)} {...props} />;
}

export function TableRow({ className, ...props }: ComponentProps<"tr">) {
  return <tr className={cn("[tbody_&]:hover:bg-hover", className)} {...props} />;
}

/** `numeric` sets figures right-aligned, so that digits stand under digits. */
export function HeaderCell({ className, numeric, ...props }: ComponentProps<"th"> & { numeric?: boolean }) {
  return (
    <th
      scope="col"
      className={cn("whitespace-nowrap px-3 py-2 font-medium", numeric && "text-right", className)}
      {...props}
    />
  );
}

export function Cell({ className, numeric, ...props }: ComponentProps<"td"> & { numeric?: boolean }) {
  return <td className={cn("px-3 py-2 align-middle", numeric && "text-right tabular-nums", className)} {...props} />;
}
