// Every process: whether it lives, since when, and what it does.
"use client";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { Badge } from "../../_components/ui/badge.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { StateDot } from "../_components/state-dot.tsx";
import { bytes } from "../_lib/format.ts";
import type { SystemState } from "./system.tsx";

type Process = SystemState["processes"][number];

const NEEDED = ["web", "inference", "trainer"] as const;

export function Processes({ processes }: { processes: Process[] }) {
  const t = useTranslations("operations.system");
  const locale = useLocale();
  const missing = NEEDED.filter((kind) => !processes.some((one) => one.kind === kind && one.alive));
  return (
    <Card title={t("processes")} description={t("processesText")}>
      {missing.map((kind) => (
        <Notice key={kind} tone="danger" className="mb-3">
          {t(`missing.${kind}`)}
        </Notice>
      ))}
      <Table label={t("processes")}>
        <TableHead>
          <tr>
            <HeaderCell>{t("process")}</HeaderCell>
            <HeaderCell>{t("state")}</HeaderCell>
            <HeaderCell>{t("does")}</HeaderCell>
            <HeaderCell>{t("since")}</HeaderCell>
            <HeaderCell>{t("heard")}</HeaderCell>
            <HeaderCell>{t("version")}</HeaderCell>
            <HeaderCell numeric>{t("memory")}</HeaderCell>
          </tr>
        </TableHead>
        <TableBody>
          {processes.map((process) => (
            <TableRow key={process.id}>
              <Cell className="min-w-40">
                <span className="block">{t(`kind.${process.kind}`)}</span>
                {process.kind !== "database" && (
                  <span className="break-all font-mono text-faint text-xs">{process.id}</span>
                )}
              </Cell>
              <Cell>
                <Badge tone={process.alive ? "neutral" : "danger"}>
                  <StateDot state={process.alive ? "fine" : "attention"} />
                  {t(process.alive ? "alive" : "silent")}
                </Badge>
              </Cell>
              <Cell className="whitespace-nowrap">
                {process.kind === "database" ? "–" : <Doing doing={process.doing} />}
              </Cell>
              <Cell className="whitespace-nowrap">
                {process.startedAt && <RelativeTime date={process.startedAt} />}
              </Cell>
              <Cell className="whitespace-nowrap">{process.beatAt ? <RelativeTime date={process.beatAt} /> : "–"}</Cell>
              <Cell>{process.version ?? "–"}</Cell>
              <Cell numeric>{process.memoryBytes === null ? "–" : bytes(process.memoryBytes, locale)}</Cell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Card>
  );
}

/** "run:<id>" and "gate:<id>" lead to their page. */
function Doing({ doing }: { doing: string }) {
  const t = useTranslations("operations.system.doing");
  const [kind = "", id] = doing.split(":");
  if (kind === "run" && id)
    return (
      <Link href={`/admin/runs/${id}`} className="underline underline-offset-2">
        {t("run")}
      </Link>
    );
  if (kind === "gate" && id)
    return (
      <Link href={`/admin/gates/${id}`} className="underline underline-offset-2">
        {t("gate")}
      </Link>
    );
  if (kind === "stage") return t("stage");
  return t(kind === "replies" ? "replies" : "idle");
}
