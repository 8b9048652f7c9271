// What an erasure takes or took away, as counts and as the Datasets and adapters it touches.
"use client";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Badge } from "../../_components/ui/badge.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import type { Outputs } from "../../_lib/trpc.ts";
import { Facts } from "../_components/facts.tsx";
import { Hash } from "../_components/hash.tsx";
import { LiveBadge } from "../_components/release-name.tsx";

type Removed = Outputs["erasure"]["preview"]["removed"];

/** In the order in which people think of them. */
const REMOVED = [
  "conversations",
  "messages",
  "feedback",
  "edits",
  "rankings",
  "pairs",
  "datasetExamples",
  "runSamples",
  "apiKeys",
] as const satisfies readonly (keyof Removed)[];

export function RemovedFacts({ removed }: { removed: Removed }) {
  const t = useTranslations("data.erasure.of");
  const format = useFormatter();
  return <Facts facts={REMOVED.map((name) => ({ name, label: t(name), value: format.number(removed[name]) }))} />;
}

type TouchedDataset = { id?: string; name?: string | null; sha256: string; examples: number };

export function TouchedDatasets({ datasets, label }: { datasets: readonly TouchedDataset[]; label: string }) {
  const t = useTranslations("data.erasure");
  const format = useFormatter();
  if (datasets.length === 0) return <p className="text-quiet text-sm">{t("noDatasets")}</p>;
  return (
    <Table label={label}>
      <TableHead>
        <tr>
          <HeaderCell>{t("dataset")}</HeaderCell>
          <HeaderCell numeric>{t("examples")}</HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {datasets.map(({ id, name, sha256, examples }) => (
          <TableRow key={sha256}>
            <Cell>
              {id ? (
                <Link href={`/admin/datasets/${id}`} className="underline underline-offset-2">
                  {name ?? <Hash sha256={sha256} />}
                </Link>
              ) : (
                <Hash sha256={sha256} copy />
              )}
            </Cell>
            <Cell numeric>{format.number(examples)}</Cell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

type TouchedAdapter = Outputs["erasure"]["preview"]["adapters"][number];

type TouchedAdaptersProps<A extends TouchedAdapter> = {
  adapters: readonly A[];
  label: string;
  /** What can be done about each. */
  act?: (adapter: A) => ReactNode;
};

export function TouchedAdapters<A extends TouchedAdapter>({ adapters, label, act }: TouchedAdaptersProps<A>) {
  const t = useTranslations("data.erasure");
  const format = useFormatter();
  if (adapters.length === 0) return <p className="text-quiet text-sm">{t("noAdapters")}</p>;
  return (
    <Table label={label}>
      <TableHead>
        <tr>
          <HeaderCell>{t("adapter")}</HeaderCell>
          <HeaderCell numeric>{t("examples")}</HeaderCell>
          <HeaderCell>{t("how")}</HeaderCell>
          {act && (
            <HeaderCell>
              <span className="sr-only">{t("retrain")}</span>
            </HeaderCell>
          )}
        </tr>
      </TableHead>
      <TableBody>
        {adapters.map((adapter) => (
          <TableRow key={adapter.adapterId}>
            <Cell>
              <span className="flex items-center gap-2">
                <Link href={`/admin/lineage/adapters/${adapter.adapterId}`} className="underline underline-offset-2">
                  <Hash sha256={adapter.sha256} />
                </Link>
                {adapter.live && <LiveBadge />}
              </span>
            </Cell>
            <Cell numeric>{format.number(adapter.examples)}</Cell>
            <Cell>
              <Badge>{t(adapter.inherited ? "inherited" : "direct")}</Badge>
            </Cell>
            {act && <Cell className="text-right">{act(adapter)}</Cell>}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
