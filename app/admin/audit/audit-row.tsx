// One deed of the audit trail: when, whose, what was done to which thing, and what it changed field by field.
"use client";
import { History } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { type AuditAction, SYSTEM_ACTOR } from "../../../server/domain/views/audit.ts";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, TableRow } from "../../_components/ui/table.tsx";
import type { Outputs } from "../../_lib/trpc.ts";
import { Person } from "../_components/person.tsx";
import { auditChanges, subjectPath } from "../_lib/audit-changes.ts";
import { useSubjectName } from "./use-subject-name.ts";

export type AuditEvent = Outputs["audit"]["list"]["items"][number];

/** What a person may ask of a row: more of the same. */
export type AuditMore = { onActor: (actorId: string) => void; onSubject: (subject: string) => void };

/** On a phone everything stands in the first cell. */
export function AuditRow({ event, onActor, onSubject }: { event: AuditEvent } & AuditMore) {
  return (
    <TableRow>
      <Cell className="align-top md:whitespace-nowrap">
        <RelativeTime date={event.at} className="max-md:text-quiet max-md:text-xs" />
        <div className="space-y-1 md:hidden">
          <Actor event={event} onActor={onActor} />
          <Deed event={event} onSubject={onSubject} />
          <Changes event={event} />
        </div>
      </Cell>
      <Cell className="align-top max-md:hidden">
        <Actor event={event} onActor={onActor} />
      </Cell>
      <Cell className="align-top max-md:hidden">
        <Deed event={event} onSubject={onSubject} />
      </Cell>
      <Cell className="min-w-56 align-top max-md:hidden">
        <Changes event={event} />
      </Cell>
    </TableRow>
  );
}

function Actor({ event: { actor }, onActor }: { event: AuditEvent } & Pick<AuditMore, "onActor">) {
  const t = useTranslations("admin.audit");
  return (
    <button
      type="button"
      title={t("onlyTheirs")}
      onClick={() => onActor(actor?.id ?? SYSTEM_ACTOR)}
      className="rounded text-left underline-offset-2 hover:underline"
    >
      <Person person={actor} />
    </button>
  );
}

/** What was done in words, where there are words for it, and to what: by name, where it has one. */
function Deed({ event, onSubject }: { event: AuditEvent } & Pick<AuditMore, "onSubject">) {
  const t = useTranslations("admin.audit");
  const deed = event.action as AuditAction; // a row may be older or newer than the words for it
  const name = useSubjectName()(event);
  const href = subjectPath(event.subject);
  return (
    <>
      <span title={event.action} className="block">
        {t.has(`action.${deed}`) ? t(`action.${deed}`) : event.action}
      </span>
      <span className="flex items-start gap-1 text-quiet">
        <span title={event.subject} className="min-w-0 break-words [overflow-wrap:anywhere]">
          {href ? (
            <Link href={href} className="underline underline-offset-2">
              {name}
            </Link>
          ) : (
            name
          )}
        </span>
        <IconButton
          size="sm"
          label={t("onlyThis", { name })}
          onClick={() => onSubject(event.subject)}
          className="-my-1"
        >
          <History aria-hidden />
        </IconButton>
      </span>
    </>
  );
}

function Changes({ event: { before, after } }: { event: AuditEvent }) {
  return (
    <ul className="space-y-0.5 font-mono text-xs">
      {auditChanges(before, after).map((change) => (
        <li key={change.key} className="break-all">
          <span className="text-quiet">{change.key}</span>{" "}
          {change.before !== undefined && <del className="text-quiet">{change.before}</del>}
          {change.before !== undefined && change.after !== undefined && <span aria-hidden> → </span>}
          {change.after !== undefined && <ins className="no-underline">{change.after}</ins>}
        </li>
      ))}
    </ul>
  );
}
