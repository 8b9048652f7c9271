// Where a run's weights come from and where they speak: base model, start, data, reward model, run, releases.
"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cn } from "../../_lib/cn.ts";
import type { Outputs } from "../../_lib/trpc.ts";
import { isOver } from "../_lib/run-states.ts";
import { useDatasetName } from "./dataset-name.ts";
import { Facts } from "./facts.tsx";
import { Hash } from "./hash.tsx";
import { LiveBadge } from "./release-name.tsx";
import { useRunName } from "./run-name.ts";

type RunDetails = Outputs["run"]["get"];
type DatasetSummary = RunDetails["lineage"]["dataset"];

/** `of` is the page it stands on, which does not lead to itself. */
export function LineageFacts({ run, of }: { run: RunDetails; of: "run" | "adapter" }) {
  const t = useTranslations("admin");
  const runName = useRunName();
  const { base, dataset, fromAdapter, rewardModel, replay, aiPairs, adapter, deployments } = run.lineage;
  const optional = (name: string, value: ReactNode) => (value ? [{ name, value }] : []);
  return (
    <Facts
      facts={[
        { name: t("lineage.base"), value: base.name },
        {
          name: t("lineage.from"),
          value: fromAdapter ? <AdapterLink adapter={fromAdapter} /> : t("lineage.fromBase"),
        },
        { name: t("lineage.dataset"), value: <DatasetLink dataset={dataset} /> },
        ...optional(t("lineage.replay"), replay && <DatasetLink dataset={replay} />),
        ...optional(t("lineage.rewardModel"), rewardModel && <AdapterLink adapter={rewardModel} />),
        ...optional(t("lineage.aiPairs"), aiPairs && <DatasetLink dataset={aiPairs} />),
        of === "adapter"
          ? {
              name: t("lineage.run"),
              value: (
                <TextLink href={`/admin/runs/${run.id}`}>
                  {runName(run)} · {t("runs.steps", { step: run.step, total: run.totalSteps })}
                </TextLink>
              ),
            }
          : {
              name: t("lineage.adapter"),
              value: adapter ? (
                <AdapterLink adapter={adapter} />
              ) : (
                <span className="text-quiet">
                  {t(isOver(run.status) ? "lineage.noAdapter" : "lineage.noAdapterYet")}
                </span>
              ),
            },
        { name: t("lineage.releases"), value: <Releases releases={deployments} /> },
      ]}
    />
  );
}

function AdapterLink({ adapter }: { adapter: { id: string; sha256: string } }) {
  return (
    <TextLink href={`/admin/adapters/${adapter.id}`}>
      <Hash sha256={adapter.sha256} />
    </TextLink>
  );
}

/** An upload goes by its name, frozen feedback by what it holds. */
function DatasetLink({ dataset }: { dataset: DatasetSummary }) {
  const t = useTranslations();
  const nameOf = useDatasetName();
  const { id, kind, train, heldOut, origin } = dataset;
  return (
    <TextLink href={`/admin/datasets/${id}`}>
      {origin !== "FEEDBACK" && `${nameOf(dataset)} · `}
      {t("admin.lineage.datasetPairs", { examples: t(`training.count.${kind}`, { count: train }), heldOut })}
    </TextLink>
  );
}

function Releases({ releases }: { releases: readonly { id: string; number: number; active: boolean }[] }) {
  const t = useTranslations("admin.lineage");
  if (releases.length === 0) return <span className="text-quiet">{t("neverLive")}</span>;
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      {releases.map((release) => (
        <TextLink key={release.id} href="/admin/deployments" className="inline-flex h-6 min-w-6 items-center gap-1.5">
          r{release.number}
          {release.active && <LiveBadge />}
        </TextLink>
      ))}
    </span>
  );
}

function TextLink({ href, className, children }: { href: string; className?: string; children: ReactNode }) {
  return (
    <Link href={href} className={cn("underline underline-offset-2", className)}>
      {children}
    </Link>
  );
}
