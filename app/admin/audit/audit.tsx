// The audit log as a list: when, who, what, on which thing; the values before and after on demand.
"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { AuditAction } from "../../../server/domain/views/audit.ts";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { LoadMore } from "../_components/load-more.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { Person } from "../_components/person.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { auditChanges, subjectPath } from "../_lib/audit-changes.ts";

type AuditEvent = Outputs["audit"]["list"]["items"][number];

export function Audit() {
  const t = useTranslations("admin");
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions({}, { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <>
      <PageHeader title={t("nav.audit")} description={t("audit.text")} />
      <QueryView query={query}>
        {({ pages }) => {
          const events = pages.flatMap((page) => page.items);
          if (events.length === 0) return <EmptyState icon={ScrollText} title={t("audit.empty")} />;
          return (
            <>
              <Table label={t("nav.audit")}>
                <TableHead>
                  <tr>
                    <HeaderCell>{t("audit.when")}</HeaderCell>
                    <HeaderCell>{t("audit.who")}</HeaderCell>
                    <HeaderCell>{t("audit.what")}</HeaderCell>
                    <HeaderCell>{t("audit.changes")}</HeaderCell>
                  </tr>
                </TableHead>
                <TableBody>
                  {events.map((event) => (
                    <AuditRow key={event.id} event={event} />
                  ))}
                </TableBody>
              </Table>
              <LoadMore query={query} end={t("audit.end")} />
            </>
          );
        }}
      </QueryView>
    </>
  );
}

/** What was done in words, where there are words for it, and to which row. */
function AuditDeed({ event }: { event: AuditEvent }) {
  const t = useTranslations("admin.audit.action");
  const deed = event.action as AuditAction; // a row may be older or newer than the words for it
  const href = subjectPath(event.subject);
  return (
    <>
      <span title={event.action} className="block">
        {t.has(deed) ? t(deed) : event.action}
      </span>
      {href ? (
        <Link href={href} className="break-all font-mono text-faint text-xs underline underline-offset-2">
          {event.subject}
        </Link>
      ) : (
        <span className="break-all font-mono text-faint text-xs">{event.subject}</span>
      )}
    </>
  );
}

function AuditRow({ event }: { event: AuditEvent }) {
  const changes = auditChanges(event.before, event.after);
  return (
    <TableRow>
      <Cell className="whitespace-nowrap align-top">
        <RelativeTime date={event.at} />
      </Cell>
      <Cell className="whitespace-nowrap align-top">
        <Person person={event.actor} />
      </Cell>
      <Cell className="align-top">
        <AuditDeed event={event} />
      </Cell>
      <Cell className="min-w-56 align-top">
        <ul className="space-y-0.5 font-mono text-xs">
          {changes.map(({ key, before, after }) => (
            <li key={key} className="break-all">
              <span className="text-quiet">{key}</span>{" "}
              {before !== undefined && <del className="text-quiet">{before}</del>}
              {before !== undefined && after !== undefined && <span aria-hidden> → </span>}
              {after !== undefined && <ins className="no-underline">{after}</ins>}
            </li>
          ))}
        </ul>
      </Cell>
    </TableRow>
  );
}
