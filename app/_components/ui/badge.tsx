// A word or number with a meaning colour; a dot or an icon beside the word keeps it readable without colour.
import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "../../_lib/cn.ts";

const badgeStyles = cva(
  "inline-flex items-center gap-1 whitespace-nowrap rounded-md px-1.5 py-0.5 font-medium text-xs tabular-nums [&_svg]:size-3",
  {
    variants: {
      tone: {
        neutral: "bg-sunken text-quiet",
        chosen: "bg-chosen-soft text-chosen",
        rejected: "bg-rejected-soft text-rejected",
        live: "bg-ink text-canvas",
        candidate: "bg-candidate-soft text-candidate",
        danger: "bg-danger-soft text-danger",
      },
    },
    defaultVariants: { tone: "neutral" },
  },
);

export type BadgeTone = NonNullable<VariantProps<typeof badgeStyles>["tone"]>;

export function Badge({ className, tone, ...props }: ComponentProps<"span"> & { tone?: BadgeTone }) {
  return <span className={cn(badgeStyles({ tone }), className)} {...props} />;
}
