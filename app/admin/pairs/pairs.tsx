// The browser of preference pairs, newest first.
"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { GitCompareArrows } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { LoadMore } from "../_components/load-more.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { PairCard, PairSkeleton } from "../_components/pair-card.tsx";
import { QueryView } from "../_components/query-view.tsx";

export function Pairs() {
  const t = useTranslations("admin");
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.pair.list.infiniteQueryOptions({}, { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <>
      <PageHeader title={t("nav.pairs")} description={t("pairs.text")} />
      <QueryView query={query} skeleton={<PairSkeleton />}>
        {({ pages }) => {
          const pairs = pages.flatMap((page) => page.items);
          if (pairs.length === 0) {
            return (
              <EmptyState
                icon={GitCompareArrows}
                title={t("pairs.empty")}
                description={t("pairs.emptyText")}
                action={
                  <Button asChild>
                    <Link href="/chat">{t("overview.stepAct.chat")}</Link>
                  </Button>
                }
              />
            );
          }
          return (
            <>
              <ul className="space-y-4">
                {pairs.map((pair) => (
                  <li key={pair.id}>
                    <PairCard pair={pair} />
                  </li>
                ))}
              </ul>
              <LoadMore query={query} end={t("pairs.end")} />
            </>
          );
        }}
      </QueryView>
    </>
  );
}
