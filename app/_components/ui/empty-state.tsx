// What a list says when it has nothing: what would be here, and the one act that brings it.
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "../../_lib/cn.ts";

type EmptyStateProps = {
  icon?: LucideIcon;
  title: string;
  description?: string;
  action?: ReactNode;
  /** It is all there is on the page: its title is the page's heading. */
  isPage?: boolean;
  className?: string;
};

export function EmptyState({ icon: Icon, title, description, action, isPage, className }: EmptyStateProps) {
  const Title = isPage ? "h1" : "p";
  return (
    <div className={cn("flex flex-col items-center justify-center gap-1 px-4 py-10 text-center", className)}>
      {Icon && <Icon aria-hidden className="mb-2 size-5 text-faint" />}
      <Title className="font-medium text-sm">{title}</Title>
      {description && <p className="max-w-sm text-balance text-quiet text-sm">{description}</p>}
      {action && <div className="mt-3">{action}</div>}
    </div>
  );
}
