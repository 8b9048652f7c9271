// The audit trail, newest first: whose deed, on which thing, the values before and after, and what narrows it.
"use client";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { ScrollText, SearchX } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { type AuditFilter, SYSTEM_ACTOR } from "../../../server/domain/views/audit.ts";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { HeaderCell, Table, TableBody, TableHead } from "../../_components/ui/table.tsx";
import { cn } from "../../_lib/cn.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { LoadMore } from "../_components/load-more.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { AuditFilters, type FilterNames } from "./audit-filters.tsx";
import { type AuditEvent, AuditRow } from "./audit-row.tsx";
import { useSubjectName } from "./use-subject-name.ts";

export function Audit({ initial }: { initial: AuditFilter }) {
  const t = useTranslations("admin");
  const trpc = useTRPC();
  const [filter, setFilter] = useState(initial);
  const query = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(filter, {
      getNextPageParam: (page) => page.nextCursor,
      placeholderData: keepPreviousData,
    }),
  );
  const names = useFilterNames(filter, query.data?.pages[0]?.items ?? []);
  const change = (next: AuditFilter) => {
    setFilter(next);
    window.history.replaceState(null, "", addressOf(next));
  };
  return (
    <>
      <PageHeader title={t("nav.audit")} description={t("audit.text")} />
      <AuditFilters filter={filter} names={names} onChange={change} />
      <QueryView query={query}>
        {({ pages }) => {
          const events = pages.flatMap((page) => page.items);
          if (events.length === 0) return <Nothing filtered={Object.values(filter).some(Boolean)} />;
          return (
            <div className={cn(query.isPlaceholderData && "opacity-60")}>
              <Table label={t("nav.audit")}>
                <TableHead className="max-md:hidden">
                  <tr>
                    <HeaderCell>{t("audit.when")}</HeaderCell>
                    <HeaderCell>{t("audit.who")}</HeaderCell>
                    <HeaderCell>{t("audit.what")}</HeaderCell>
                    <HeaderCell>{t("audit.changes")}</HeaderCell>
                  </tr>
                </TableHead>
                <TableBody>
                  {events.map((event) => (
                    <AuditRow
                      key={event.id}
                      event={event}
                      onActor={(actorId) => change({ ...filter, actorId })}
                      onSubject={(subject) => change({ ...filter, subject })}
                    />
                  ))}
                </TableBody>
              </Table>
              <LoadMore query={query} end={t("audit.end")} />
            </div>
          );
        }}
      </QueryView>
    </>
  );
}

/** So that what is shown can be sent to somebody. */
function addressOf({ area, actorId, subject }: AuditFilter): string {
  const asked = Object.entries({ area, actor: actorId, subject }).filter(([, value]) => value !== undefined);
  return asked.length === 0 ? "/admin/audit" : `/admin/audit?${new URLSearchParams(asked as [string, string][])}`;
}

function useFilterNames({ actorId, subject }: AuditFilter, events: readonly AuditEvent[]): FilterNames {
  const t = useTranslations("admin.common");
  const subjectName = useSubjectName();
  const actor = events.find((event) => event.actor?.id === actorId)?.actor;
  const about = events.find((event) => event.subject === subject);
  return {
    actor: actorId === SYSTEM_ACTOR ? t("system") : actor ? actor.name || actor.email : null,
    subject: about ? subjectName(about) : null,
  };
}

function Nothing({ filtered }: { filtered: boolean }) {
  const t = useTranslations("admin.audit");
  return filtered ? (
    <EmptyState icon={SearchX} title={t("nothing")} description={t("nothingText")} />
  ) : (
    <EmptyState icon={ScrollText} title={t("empty")} />
  );
}
