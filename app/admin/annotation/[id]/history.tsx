// Who was given a comparison and what they did with it.
"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Card } from "../../../_components/ui/card.tsx";
import { RelativeTime } from "../../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../../_components/ui/table.tsx";
import { Person } from "../../_components/person.tsx";
import { skipWords } from "../queue.tsx";
import type { ComparisonView } from "./comparison.tsx";

export function History({ comparison: { assignments } }: { comparison: ComparisonView }) {
  const t = useTranslations("annotation");
  return (
    <Card title={t("one.history")}>
      {assignments.length === 0 ? (
        <p className="text-quiet text-sm">{t("one.noHistory")}</p>
      ) : (
        <Table label={t("one.history")}>
          <TableHead>
            <tr>
              <HeaderCell>{t("one.who")}</HeaderCell>
              <HeaderCell>{t("one.what")}</HeaderCell>
              <HeaderCell>{t("one.when")}</HeaderCell>
            </tr>
          </TableHead>
          <TableBody>
            {assignments.map((assignment) => (
              <TableRow key={`${assignment.rater.id} ${assignment.round} ${assignment.at.toISOString()}`}>
                <Cell>
                  <Link href={`/admin/raters/${assignment.rater.id}`} className="underline-offset-2 hover:underline">
                    <Person person={assignment.rater} />
                  </Link>
                </Cell>
                <Cell>
                  {t(`one.assignment.${assignment.state}`)}
                  {assignment.skipReason && <>: {skipWords(t, assignment.skipReason)}</>}
                  {assignment.round > 0 && <span className="block text-faint text-xs">{t("one.secondTime")}</span>}
                </Cell>
                <Cell className="whitespace-nowrap text-quiet">
                  <RelativeTime date={assignment.at} />
                </Cell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  );
}
