// What a list says when it has nothing: what would be here, and the one act that brings it.
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "../../_lib/cn.ts";

type EmptyStateProps = {
  icon?: LucideIcon;
  title: string;
  description?: string;
  action?: ReactNode;
  className?: string;
};

export function EmptyState({ icon: Icon, title, description, action, className }: EmptyStateProps) {
  return (
    <div className={cn("flex flex-col items-center justify-center gap-1 px-4 py-10 text-center", className)}>
      {Icon && <Icon aria-hidden className="mb-2 size-5 text-faint" />}
      <p className="font-medium text-sm">{title}</p>
      {description && <p className="max-w-sm text-balance text-quiet text-sm">{description}</p>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  );
}
