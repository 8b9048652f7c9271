// A quiet box in the page that states something the reader should know, with an optional act.
import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "../../_lib/cn.ts";

const TONES = {
  info: { icon: Info, className: "border-line bg-sunken/60 text-ink [&>svg]:text-quiet" },
  warning: { icon: TriangleAlert, className: "border-rejected/30 bg-rejected-soft/50 text-ink [&>svg]:text-rejected" },
  danger: { icon: CircleAlert, className: "border-danger/25 bg-danger-soft/60 text-ink [&>svg]:text-danger" },
} as const;

type NoticeProps = {
  tone?: keyof typeof TONES;
  /** "alert" interrupts a screen reader, "status" waits. */
  role?: "alert" | "status";
  action?: ReactNode;
  className?: string;
  children: ReactNode;
};

export function Notice({ tone = "info", role, action, className, children }: NoticeProps) {
  const { icon: Icon, className: toneClass } = TONES[tone];
  return (
    <div
      role={role}
      className={cn(
        "flex items-start gap-2 rounded-lg border px-3 py-2 text-sm max-sm:flex-wrap",
        toneClass,
        className,
      )}
    >
      <Icon aria-hidden className={cn("size-4 shrink-0", action ? "mt-2" : "mt-0.5")} />
      <div className={cn("min-w-0 flex-1", action && "py-1.5")}>{children}</div>
      {action && <div className="shrink-0 max-sm:w-full max-sm:pl-6">{action}</div>}
    </div>
  );
}
