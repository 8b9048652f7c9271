// The replies of a comparison side by side with the place that each ranking, and gold, gave them.
"use client";
import { useLocale, useTranslations } from "next-intl";
import { Badge } from "../../../_components/ui/badge.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../../_components/ui/table.tsx";
import { cn } from "../../../_lib/cn.ts";
import { letterOf } from "../../../annotate/_lib/keys.ts";
import { Hash } from "../../_components/hash.tsx";
import { Person } from "../../_components/person.tsx";
import { span } from "../../_lib/format.ts";
import type { ComparisonView } from "./comparison.tsx";

type Ranking = ComparisonView["rankingsInFull"][number];

const rankIn = (ranks: Ranking["ranks"] | null, messageId: string) =>
  ranks?.find((ranked) => ranked.messageId === messageId)?.rank ?? null;

export function Judgements({ comparison }: { comparison: ComparisonView }) {
  const t = useTranslations("annotation.one");
  const { rankingsInFull: rankings, goldRanks } = comparison;
  const notes = rankings.filter(({ comment }) => comment);
  return (
    <Card title={t("replies")} description={t("repliesText")}>
      <Table label={t("replies")}>
        <TableHead>
          <tr>
            <HeaderCell>{t("reply")}</HeaderCell>
            {goldRanks && <HeaderCell className="text-center">{t("goldColumn")}</HeaderCell>}
            {rankings.map((ranking) => (
              <HeaderCell key={ranking.id} className="max-w-36 text-center">
                <RankingHead ranking={ranking} />
              </HeaderCell>
            ))}
          </tr>
        </TableHead>
        <TableBody>
          {comparison.candidatesInFull.map((candidate, i) => (
            <TableRow key={candidate.messageId}>
              <Cell className="min-w-64 align-top">
                <p className="mb-1 flex items-center gap-2 text-quiet text-xs">
                  <span className="font-semibold text-ink text-sm">{letterOf(i)}</span>
                  <By candidate={candidate} />
                  <Labels rankings={rankings} messageId={candidate.messageId} />
                </p>
                <p className="wrap-anywhere max-h-48 max-w-prose overflow-y-auto whitespace-pre-wrap">
                  {candidate.content}
                </p>
              </Cell>
              {goldRanks && <Place rank={rankIn(goldRanks, candidate.messageId)} />}
              {rankings.map((ranking) => (
                <Place
                  key={ranking.id}
                  rank={rankIn(ranking.ranks, candidate.messageId)}
                  struck={ranking.withdrawn || ranking.allBad}
                />
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {rankings.length === 0 && <p className="mt-3 text-quiet text-sm">{t("noRankings")}</p>}
      {notes.length > 0 && (
        <>
          <h3 className="mt-5 mb-2 font-medium text-sm">{t("notes")}</h3>
          <ul className="space-y-2 text-sm">
            {notes.map(({ id, rater, comment }) => (
              <li key={id}>
                <span className="text-quiet">
                  <Person person={rater} />:
                </span>{" "}
                <span className="wrap-anywhere whitespace-pre-wrap">{comment}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function RankingHead({ ranking }: { ranking: Ranking }) {
  const t = useTranslations("annotation.one");
  const locale = useLocale();
  return (
    <span className="inline-flex flex-col items-center gap-0.5">
      <span className="max-w-32 truncate">
        <Person person={ranking.rater} />
      </span>
      <span className="font-normal text-faint tabular-nums">
        {t("took", { span: span(ranking.durationMs / 1000, locale) })}
      </span>
      {ranking.round > 0 && <Badge>{t("again")}</Badge>}
      {ranking.allBad && <Badge tone="rejected">{t("allBad")}</Badge>}
      {ranking.withdrawn && <Badge>{t("withdrawn")}</Badge>}
    </span>
  );
}

/** `struck`: the place does not count. */
function Place({ rank, struck = false }: { rank: number | null; struck?: boolean }) {
  return (
    <Cell
      className={cn(
        "text-center align-top tabular-nums",
        rank === 1 && !struck && "font-semibold text-chosen",
        struck && "text-faint line-through",
      )}
    >
      {rank ?? "–"}
    </Cell>
  );
}

function By({ candidate }: { candidate: ComparisonView["candidatesInFull"][number] }) {
  const t = useTranslations("annotation.one");
  const common = useTranslations("admin.common");
  if (candidate.byPerson) return t("person");
  return candidate.adapterSha256 ? <Hash sha256={candidate.adapterSha256} /> : common("baseModel");
}

function Labels({ rankings, messageId }: { rankings: readonly Ranking[]; messageId: string }) {
  const t = useTranslations("annotation");
  const given = rankings
    .filter(({ withdrawn }) => !withdrawn)
    .flatMap(({ labels }) => labels.filter((one) => one.messageId === messageId).map(({ label }) => label));
  return [...new Set(given)].map((label) => (
    <Badge key={label} tone="danger">
      {t("one.labelCount", { label: t(`label.${label}`), count: given.filter((one) => one === label).length })}
    </Badge>
  ));
}
