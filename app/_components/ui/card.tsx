// A bordered surface with an optional heading row.
import type { ComponentProps, ReactNode } from "react";
import { cn } from "../../_lib/cn.ts";

type CardProps = Omit<ComponentProps<"section">, "title"> & {
  title?: ReactNode;
  description?: ReactNode;
  /** Controls at the right of the heading. */
  actions?: ReactNode;
};

export function Card({ title, description, actions, className, children, ...props }: CardProps) {
  return (
    <section className={cn("rounded-lg border bg-surface p-4 sm:p-5", className)} {...props}>
      {(title || actions) && (
        <div className="mb-4 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
          <div className="min-w-0 space-y-1">
            {title && <h2 className="font-semibold text-base">{title}</h2>}
            {description && <p className="text-quiet text-sm">{description}</p>}
          </div>
          {actions && <div className="flex items-center gap-2">{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}
