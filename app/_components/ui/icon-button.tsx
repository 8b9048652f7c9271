// A button that is only an icon: its label is required, and is both its accessible name and its tooltip.
import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "../../_lib/cn.ts";
import { Tooltip } from "./tooltip.tsx";

const iconButtonStyles = cva(
  "inline-flex shrink-0 items-center justify-center rounded-lg transition-colors disabled:cursor-not-allowed disabled:opacity-40 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        ghost: "text-quiet hover:bg-hover hover:text-ink aria-expanded:bg-hover aria-expanded:text-ink",
        outline: "border border-line-strong bg-surface text-ink hover:bg-sunken",
        primary: "bg-ink text-canvas hover:bg-ink/85",
        accent: "bg-accent text-accent-ink hover:bg-accent/88",
      },
      size: {
        sm: "size-7 [&_svg]:size-3.5",
        md: "size-8 [&_svg]:size-4",
        lg: "size-9 [&_svg]:size-[1.125rem]",
      },
    },
    defaultVariants: { variant: "ghost", size: "md" },
  },
);

export type IconButtonProps = Omit<ComponentProps<"button">, "aria-label" | "children"> &
  VariantProps<typeof iconButtonStyles> & {
    label: string;
    /** A keyboard shortcut, shown after the label in the tooltip. */
    shortcut?: string;
    tooltipSide?: "top" | "right" | "bottom" | "left";
    children: ReactNode;
  };

export function IconButton({
  label,
  shortcut,
  tooltipSide,
  variant,
  size,
  className,
  children,
  ...props
}: IconButtonProps) {
  return (
    <Tooltip content={label} shortcut={shortcut} side={tooltipSide}>
      <button
        type="button"
        aria-label={label}
        className={cn(iconButtonStyles({ variant, size }), className)}
        {...props}
      >
        {children}
      </button>
    </Tooltip>
  );
}
