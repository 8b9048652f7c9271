// A grey stand-in with the shape of what is loading.
import { cn } from "../../_lib/cn.ts";

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("animate-pulse rounded-md bg-ink/7", className)} />;
}

/** `lines` grey lines, the last one shorter, as a paragraph would be. */
export function SkeletonText({ lines = 3, className }: { lines?: number; className?: string }) {
  return (
    <div aria-hidden className={cn("space-y-2.5", className)}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical grey lines have no other identity
        <Skeleton key={line} className={cn("h-3.5", line === lines - 1 ? "w-2/5" : "w-full")} />
      ))}
    </div>
  );
}
