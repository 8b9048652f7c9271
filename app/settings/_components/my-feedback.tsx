// The list of everything that the viewer judged, by kind, with what became of each and the way to take it back.
"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { MessagesSquare } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Card } from "../../_components/ui/card.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { Select } from "../../_components/ui/select.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { LoadMore } from "../../admin/_components/load-more.tsx";
import { QueryView } from "../../admin/_components/query-view.tsx";
import { useWithdraw } from "../_lib/use-withdraw.ts";
import { JudgementItem } from "./judgement-item.tsx";

const KINDS = ["FEEDBACK", "CHOICE", "EDIT", "RANKING"] as const;
type Wanted = (typeof KINDS)[number] | "ALL";

export function MyFeedback() {
  const t = useTranslations("settings.feedback");
  const trpc = useTRPC();
  const withdraw = useWithdraw();
  const [kind, setKind] = useState<Wanted>("ALL");
  const list = useInfiniteQuery(
    trpc.feedback.mine.infiniteQueryOptions(
      { kind: kind === "ALL" ? undefined : kind },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  return (
    <Card
      title={t("title")}
      description={t("description")}
      actions={
        <Select
          label={t("filter")}
          className="w-44"
          value={kind}
          onValueChange={setKind}
          options={(["ALL", ...KINDS] as const).map((value) => ({ value, label: t(`kinds.${value}`) }))}
        />
      }
    >
      <QueryView query={list}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) {
            return <EmptyState icon={MessagesSquare} title={t("none")} description={t("noneHint")} />;
          }
          return (
            <>
              <ul className="divide-y">
                {items.map((judgement) => (
                  <JudgementItem key={judgement.id} judgement={judgement} onWithdraw={() => void withdraw(judgement)} />
                ))}
              </ul>
              <LoadMore query={list} end={t("end")} />
            </>
          );
        }}
      </QueryView>
    </Card>
  );
}
