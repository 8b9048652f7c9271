// The list of adapters, newest first, with the one that is live marked and a way to activate each.
"use client";
import { useQuery } from "@tanstack/react-query";
import { Boxes, Flag } from "lucide-react";
import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "../../_components/ui/badge.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { ActivateButton } from "../_components/activate-button.tsx";
import { Hash } from "../_components/hash.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { LiveBadge } from "../_components/release-name.tsx";
import { measured } from "../_lib/figures.ts";
import { bytes } from "../_lib/format.ts";

type AdapterRow = Outputs["adapter"]["list"][number];

/** A reward model is looked for among the others by its kind. */
const SHOWN = ["all", "POLICY", "REWARD"] as const;
type Shown = (typeof SHOWN)[number];

/** A run may end, or somebody may activate, while the list is open. */
const REFRESH_MS = 10_000;

export function Adapters() {
  const t = useTranslations("admin");
  const trpc = useTRPC();
  const query = useQuery(trpc.adapter.list.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  const [shown, setShown] = useState<Shown>("all");
  return (
    <>
      <PageHeader title={t("nav.adapters")} description={t("adapters.text")} />
      <QueryView query={query}>
        {(all) => {
          const adapters = all.filter(({ kind }) => shown === "all" || kind === shown);
          return all.length === 0 ? (
            <EmptyState
              icon={Boxes}
              title={t("adapters.empty")}
              description={t("adapters.emptyText")}
              action={
                <Button asChild variant="primary">
                  <Link href="/admin/runs/new">{t("runs.new")}</Link>
                </Button>
              }
            />
          ) : (
            <>
              <Filter value={shown} onChange={setShown} />
              {adapters.length === 0 ? (
                <EmptyState title={t("adapters.emptyFiltered")} />
              ) : (
                <AdapterTable adapters={adapters} />
              )}
            </>
          );
        }}
      </QueryView>
    </>
  );
}

function AdapterTable({ adapters }: { adapters: readonly AdapterRow[] }) {
  const t = useTranslations("admin");
  const locale = useLocale();
  return (
    <Table label={t("nav.adapters")}>
      <TableHead>
        <tr>
          <HeaderCell>{t("adapters.adapter")}</HeaderCell>
          <HeaderCell>{t("adapters.status")}</HeaderCell>
          <HeaderCell>{t("adapters.made")}</HeaderCell>
          <HeaderCell>{t("adapters.figure")}</HeaderCell>
          <HeaderCell>{t("adapters.kind")}</HeaderCell>
          <HeaderCell numeric>{t("adapters.size")}</HeaderCell>
          <HeaderCell>
            <span className="sr-only">{t("release.activate")}</span>
          </HeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {adapters.map((adapter) => (
          <TableRow key={adapter.id} className="h-12">
            <Cell className="font-medium">
              <Link href={`/admin/adapters/${adapter.id}`} className="underline underline-offset-2">
                <Hash sha256={adapter.sha256} />
              </Link>
            </Cell>
            <Cell>
              <span className="flex flex-wrap gap-1">
                <AdapterState adapter={adapter} />
                {adapter.flags > 0 && <Flagged />}
              </span>
            </Cell>
            <Cell className="whitespace-nowrap">
              <RelativeTime date={adapter.createdAt} />
              {adapter.runId && (
                <>
                  {" · "}
                  <Link href={`/admin/runs/${adapter.runId}`} className="underline underline-offset-2">
                    {t("adapters.itsRun")}
                  </Link>
                </>
              )}
            </Cell>
            <Cell className="whitespace-nowrap">
              <MainFigure metrics={adapter.metrics} />
            </Cell>
            <Cell className="whitespace-nowrap">
              {adapter.kind === "REWARD" && <>{t("adapters.kindName.REWARD")} · </>}
              {t(`adapters.tuningName.${adapter.tuning}`)}
              {adapter.rank !== null && <span className="text-quiet tabular-nums"> {adapter.rank}</span>}
            </Cell>
            <Cell numeric className="whitespace-nowrap">
              {bytes(adapter.bytes, locale)}
            </Cell>
            <Cell className="text-right">
              {adapter.servable && !adapter.live && <ActivateButton size="sm" variant="secondary" adapter={adapter} />}
              {adapter.kind === "REWARD" && (
                <Button asChild size="sm">
                  <Link href={`/admin/adapters/${adapter.id}#score`}>{t("adapters.score")}</Link>
                </Button>
              )}
            </Cell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

type FilterProps = { value: Shown; onChange: (shown: Shown) => void };

function Filter({ value, onChange }: FilterProps) {
  const t = useTranslations("admin.adapters.filter");
  return (
    <fieldset className="mb-3 inline-flex gap-0.5 rounded-lg bg-sunken p-0.5 print:hidden">
      <legend className="sr-only">{t("label")}</legend>
      {SHOWN.map((shown) => (
        <label
          key={shown}
          className="cursor-pointer rounded-md px-2.5 py-1 text-quiet text-sm has-checked:bg-surface has-checked:font-medium has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name="shown"
            value={shown}
            checked={shown === value}
            onChange={() => onChange(shown)}
            className="sr-only"
          />
          {t(shown)}
        </label>
      ))}
    </fieldset>
  );
}

/** How often it agrees with people on pairs it has not seen, and on how many it was asked. */
function MainFigure({ metrics }: { metrics: Readonly<Record<string, number>> }) {
  const t = useTranslations("admin.adapters");
  const format = useFormatter();
  const { pairs, rows } = measured(metrics);
  const accuracy = rows.find(({ key }) => key === "accuracy");
  if (!accuracy || pairs === null) return <span className="text-quiet">–</span>;
  return (
    <>
      <span className="tabular-nums">
        {format.number(accuracy.adapter, { style: "percent", maximumFractionDigits: 0 })}
      </span>{" "}
      <span className="text-quiet text-xs">{t("ofHeldOut", { pairs })}</span>
    </>
  );
}

/** What cannot go live is no candidate for it. */
export function AdapterState({ adapter }: { adapter: Pick<AdapterRow, "live" | "servable" | "status"> }) {
  if (adapter.live) return <LiveBadge />;
  return adapter.servable ? <AdapterStatusBadge status={adapter.status} /> : null;
}

/** Learned from something that was erased since, and not trained anew yet. */
function Flagged() {
  const t = useTranslations("data.lineage");
  return (
    <Badge tone="rejected">
      <Flag aria-hidden />
      {t("flagged")}
    </Badge>
  );
}

function AdapterStatusBadge({ status }: { status: "CANDIDATE" | "APPROVED" | "REJECTED" | "RETIRED" }) {
  const t = useTranslations("admin.adapters");
  return <Badge tone={status === "CANDIDATE" ? "candidate" : "neutral"}>{t(`state.${status}`)}</Badge>;
}
