// The viewer's conversations under their days, more on demand; a search shows what matches.
"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useFormatter, useNow, useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { ErrorState } from "../../_components/ui/error-state.tsx";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { type DayGroup, groupByDay } from "../_lib/day-groups.ts";
import { ConversationItem } from "./conversation-item.tsx";

type ConversationListProps = { search: string; activeId: string | null; onOpen: (id: string | null) => void };

const PAGE = 40;

export function ConversationList({ search, activeId, onOpen }: ConversationListProps) {
  const t = useTranslations("chat");
  const common = useTranslations("common");
  const groupName = useGroupName();
  const now = useNow({ updateInterval: 60_000 });
  const trpc = useTRPC();
  const list = useInfiniteQuery(
    trpc.conversation.list.infiniteQueryOptions(
      { search: search || undefined, limit: PAGE },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: (previous) => previous },
    ),
  );

  if (list.isPending) return <ListSkeleton />;
  // A list that is here stays here when asking for it again fails.
  if (!list.data) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  const items = list.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return search ? (
      <EmptyState title={t("noMatch")} description={t("noMatchHint", { search })} />
    ) : (
      <EmptyState title={t("noConversations")} description={t("noConversationsHint")} />
    );
  }
  return (
    <nav aria-label={t("conversations")} className="min-h-0 flex-1 overflow-y-auto px-2.5 pb-4">
      {groupByDay(items, now).map((group) => (
        <section key={group.key} className="pt-3 first:pt-1">
          <h2 className="px-2 pb-1 font-medium text-faint text-xs">{groupName(group)}</h2>
          <ul>
            {group.items.map((conversation) => (
              <li key={conversation.id}>
                <ConversationItem
                  conversation={conversation}
                  active={conversation.id === activeId}
                  onOpen={() => onOpen(conversation.id)}
                  onDeleted={() => conversation.id === activeId && onOpen(null)}
                  onRestored={() => conversation.id === activeId && onOpen(conversation.id)}
                />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {list.hasNextPage && (
        <Button
          size="sm"
          variant="ghost"
          className="mt-3 w-full"
          busy={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {common("loadMore")}
        </Button>
      )}
    </nav>
  );
}

function useGroupName() {
  const t = useTranslations("chat.day");
  const format = useFormatter();
  return ({ key, date }: DayGroup<unknown>) =>
    key === "today" || key === "yesterday" || key === "week"
      ? t(key)
      : format.dateTime(date, { month: "long", year: "numeric" });
}

function ListSkeleton() {
  const t = useTranslations("common");
  return (
    <div className="space-y-3 px-4 pt-4">
      <p role="status" className="sr-only">
        {t("loading")}
      </p>
      {["w-4/5", "w-3/5", "w-11/12", "w-2/3", "w-1/2", "w-3/4"].map((width) => (
        <Skeleton key={width} className={`h-4 ${width}`} />
      ))}
    </div>
  );
}
