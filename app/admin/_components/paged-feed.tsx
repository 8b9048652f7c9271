// A list that comes in pages as one that scrolls without end: the next page is fetched when the last cards come near.
"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useCallback, useEffect } from "react";
import { Progress } from "../../_components/ui/progress.tsx";
import { VirtualFeed } from "../../_components/virtual-feed.tsx";
import { LoadMore } from "./load-more.tsx";

type PagedFeedProps<Item> = {
  query: Parameters<typeof LoadMore>[0]["query"];
  items: readonly Item[];
  label: string;
  keyOf: (item: Item) => string;
  /** Height in pixels of a card that has not been measured. */
  estimate: number;
  /** Shown once everything has been looked at and nothing was found. */
  empty: ReactNode;
  end: string;
  children: (item: Item) => ReactNode;
};

export function PagedFeed<Item>({ query, items, label, keyOf, estimate, empty, end, children }: PagedFeedProps<Item>) {
  const t = useTranslations("data.list");
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  // A search looks at so many rows a page and may find nothing in them, yet something further on.
  const nothingYet = items.length === 0;
  useEffect(() => {
    if (nothingYet) more();
  }, [nothingYet, more]);
  if (nothingYet && !hasNextPage) return empty;
  return (
    <>
      {nothingYet ? (
        <div role="status" className="space-y-2 py-6 text-quiet text-sm">
          <Progress label={t("searching")} value={null} />
          <p>{t("searching")}</p>
        </div>
      ) : (
        <VirtualFeed label={label} items={items} keyOf={keyOf} estimate={estimate} onEnd={more}>
          {children}
        </VirtualFeed>
      )}
      <LoadMore query={query} end={end} />
    </>
  );
}
