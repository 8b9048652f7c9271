// Canaries that are over: what became of each and why.
"use client";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { useSentence } from "../../_lib/sentence.ts";
import { ReleaseName } from "../_components/release-name.tsx";
import { span } from "../_lib/format.ts";
import { CanaryBadge, type CanaryData } from "./canary-card.tsx";

export function PastCanaries({ canaries }: { canaries: readonly CanaryData[] }) {
  const t = useTranslations("traffic.deployments");
  const format = useFormatter();
  const locale = useLocale();
  const sentence = useSentence();
  return (
    <section>
      <h2 className="mb-3 font-semibold text-base">{t("past")}</h2>
      {canaries.length === 0 ? (
        <p className="text-quiet text-sm">{t("pastNone")}</p>
      ) : (
        <Table label={t("past")}>
          <TableHead>
            <tr>
              <HeaderCell>{t("release")}</HeaderCell>
              <HeaderCell>{t("outcome")}</HeaderCell>
              <HeaderCell>{t("why")}</HeaderCell>
              <HeaderCell>{t("ended")}</HeaderCell>
              <HeaderCell>{t("took")}</HeaderCell>
            </tr>
          </TableHead>
          <TableBody>
            {canaries.map(({ id, number, adapterSha256, status, reason, startedAt, endedAt }) => (
              <TableRow key={id}>
                <Cell className="font-medium">
                  <ReleaseName number={number} adapterSha256={adapterSha256} />
                </Cell>
                <Cell>
                  <CanaryBadge status={status} />
                </Cell>
                <Cell className="min-w-64">{reason ? sentence(reason) : "–"}</Cell>
                <Cell className="whitespace-nowrap">
                  {endedAt && format.dateTime(endedAt, { dateStyle: "medium", timeStyle: "short" })}
                </Cell>
                <Cell className="whitespace-nowrap text-quiet">
                  {endedAt && span((endedAt.getTime() - startedAt.getTime()) / 1000, locale)}
                </Cell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </section>
  );
}
