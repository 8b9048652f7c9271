// Shows a query in its three states: a skeleton, an error with "Try again", or what it brought.
"use client";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { ErrorState } from "../../_components/ui/error-state.tsx";
import { Skeleton } from "../../_components/ui/skeleton.tsx";

type QueryViewProps<T> = {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  /** Shown while the first answer is on its way; grey rows unless told. */
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
};

/** Data that is there stays on screen even when a later refresh fails. */
export function QueryView<T>({ query, skeleton, children }: QueryViewProps<T>) {
  const t = useTranslations("common");
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div role="status" aria-label={t("loading")}>
      {skeleton ?? <SkeletonRows />}
    </div>
  );
}

export function SkeletonRows({ rows = 5 }: { rows?: number }) {
  return (
    <div className="divide-y rounded-lg border bg-surface">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical grey rows have no other identity
        <div key={row} className="flex items-center gap-6 px-3 py-3">
          <Skeleton className="h-3.5 w-24" />
          <Skeleton className="h-3.5 w-40 max-sm:hidden" />
          <Skeleton className="ml-auto h-3.5 w-16" />
        </div>
      ))}
    </div>
  );
}
