// Everything behind an adapter: the path drawn, the chain of adapters with their data, the people, and pairs to open.
"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useMemo } from "react";
import { shortNumber } from "../../_components/charts/axis.ts";
import { Badge } from "../../_components/ui/badge.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { Help } from "../_components/help.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { Person } from "../_components/person.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { shortHash } from "../_lib/format.ts";
import { FlagNotice } from "../erasures/flag-notice.tsx";
import { Chain } from "./chain.tsx";
import { LineageSkeleton } from "./judgement-lineage.tsx";
import { Path, type Stage } from "./path.tsx";
import { datasetsOf, releasesOf } from "./stages.ts";

type AdapterLineage = Outputs["lineage"]["adapter"];

export function AdapterLineagePage({ id }: { id: string }) {
  const t = useTranslations("data.lineage");
  const trpc = useTRPC();
  const query = useQuery(trpc.lineage.adapter.queryOptions({ id }));
  return (
    <QueryView query={query} skeleton={<LineageSkeleton />}>
      {(lineage) => {
        const own = lineage.chain[0]?.adapter;
        const hash = shortHash(own?.sha256 ?? "");
        return (
          <>
            <PageHeader
              back={{ href: `/admin/adapters/${id}`, label: hash }}
              title={t("ofAdapter", { hash })}
              description={t("ofAdapterText")}
            />
            <div className="space-y-4">
              <FlagNotice adapterId={id} erasures={lineage.erasures} />
              <Card title={t("path")}>
                <Path stages={adapterStages(lineage)} />
              </Card>
              <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
                <Card title={t("chain")} description={t("chainText")}>
                  <Chain lineage={lineage} />
                </Card>
                <Raters lineage={lineage} />
              </div>
              <Samples lineage={lineage} />
            </div>
          </>
        );
      }}
    </QueryView>
  );
}

/** The path of an adapter at a glance, for its own page too. */
export function AdapterPath({ lineage }: { lineage: AdapterLineage }) {
  const stages = useMemo(() => adapterStages(lineage), [lineage]);
  return <Path stages={stages} />;
}

function adapterStages(lineage: AdapterLineage): Stage[] {
  const datasets = datasetsOf(lineage);
  const releases = releasesOf(lineage.chain.slice(0, 1).map(({ adapter }) => adapter));
  return [
    {
      key: "raters",
      count: lineage.raters.length,
      stops: lineage.raters.map(({ rater }) => ({
        key: rater.id,
        label: rater.name || rater.email,
        href: `/admin/raters/${rater.id}`,
      })),
    },
    { key: "judgements", count: lineage.judgements, stops: [] },
    {
      key: "pairs",
      count: lineage.pairs,
      stops: lineage.samples
        .slice(0, 3)
        .map(({ pairId, prompt }) => ({ key: pairId, label: prompt, href: `/admin/pairs/${pairId}` })),
    },
    {
      key: "datasets",
      count: datasets.length,
      stops: datasets.map(({ id, name, sha256 }) => ({
        key: id,
        label: name ?? shortHash(sha256),
        href: `/admin/datasets/${id}`,
      })),
    },
    {
      key: "adapters",
      count: lineage.chain.length,
      stops: lineage.chain.map(({ adapter }) => ({
        key: adapter.id,
        label: shortHash(adapter.sha256),
        href: `/admin/adapters/${adapter.id}`,
      })),
    },
    {
      key: "releases",
      count: releases.length,
      stops: releases.map(({ number }) => ({ key: String(number), label: `r${number}`, href: "/admin/deployments" })),
    },
  ];
}

/** Most people are far from the head of the list, so the rest is said as a number. */
const MOST_RATERS = 10;

function Raters({ lineage: { raters } }: { lineage: AdapterLineage }) {
  const t = useTranslations("data.lineage");
  const format = useFormatter();
  const largest = Math.max(...raters.map(({ share }) => share), Number.MIN_VALUE);
  return (
    <Card title={t("raters")} description={t("ratersText")}>
      {raters.length === 0 ? (
        <p className="text-quiet text-sm">{t("noRaters")}</p>
      ) : (
        <Table label={t("raters")}>
          <TableHead>
            <tr>
              <HeaderCell>{t("person")}</HeaderCell>
              <HeaderCell numeric>{t("stage.pairs")}</HeaderCell>
              <HeaderCell numeric>{t("share")}</HeaderCell>
            </tr>
          </TableHead>
          <TableBody>
            {raters.slice(0, MOST_RATERS).map(({ rater, examples, share }) => (
              <TableRow key={rater.id}>
                <Cell className="wrap-anywhere">
                  <Link href={`/admin/raters/${rater.id}`} className="underline underline-offset-2">
                    <Person person={rater} />
                  </Link>
                </Cell>
                <Cell numeric>{format.number(examples)}</Cell>
                <Cell numeric>
                  <span className="flex items-center justify-end gap-2">
                    <span aria-hidden className="h-1.5 w-16 rounded-full bg-sunken [print-color-adjust:exact]">
                      <span
                        className="block h-full rounded-full bg-accent/75"
                        style={{ width: `${(share / largest) * 100}%` }}
                      />
                    </span>
                    {format.number(share, { style: "percent", maximumFractionDigits: 1 })}
                  </span>
                </Cell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      {raters.length > MOST_RATERS && (
        <p className="mt-2 text-faint text-xs">{t("more", { count: raters.length - MOST_RATERS })}</p>
      )}
    </Card>
  );
}

function Samples({ lineage: { samples } }: { lineage: AdapterLineage }) {
  const t = useTranslations("data.lineage");
  const words = useTranslations("admin.pairs");
  return (
    <Card title={t("samples")} description={t("samplesText")}>
      {samples.length === 0 ? (
        <p className="text-quiet text-sm">{t("noSamples")}</p>
      ) : (
        <Table label={t("samples")}>
          <TableHead>
            <tr>
              <HeaderCell>{t("prompt")}</HeaderCell>
              <HeaderCell>{t("source")}</HeaderCell>
              <HeaderCell>{t("split")}</HeaderCell>
              <HeaderCell numeric>{t("weight")}</HeaderCell>
              <HeaderCell numeric>
                <span className="inline-flex items-center gap-1">
                  {t("epsilon")}
                  <Help about={t("epsilon")}>{t("epsilonHelp")}</Help>
                </span>
              </HeaderCell>
            </tr>
          </TableHead>
          <TableBody>
            {samples.map(({ pairId, prompt, source, split, weight, epsilon }) => (
              <TableRow key={pairId}>
                <Cell className="min-w-48 max-w-md">
                  <Link href={`/admin/pairs/${pairId}`} className="line-clamp-2 underline underline-offset-2">
                    {prompt}
                  </Link>
                </Cell>
                <Cell>
                  <Badge>{words(`source.${source}`)}</Badge>
                </Cell>
                <Cell className="whitespace-nowrap">{words(`split.${split}`)}</Cell>
                <Cell numeric>{shortNumber(weight)}</Cell>
                <Cell numeric>{epsilon === null ? "–" : shortNumber(epsilon)}</Cell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  );
}
