// Where a run's weights come from and where they speak: base model, start, dataset, run, releases.
"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cn } from "../../_lib/cn.ts";
import type { Outputs } from "../../_lib/trpc.ts";
import { isOver } from "../_lib/run-states.ts";
import { Facts } from "./facts.tsx";
import { Hash } from "./hash.tsx";
import { LiveBadge } from "./release-name.tsx";

type RunDetails = Outputs["run"]["get"];

/** `of` is the page it stands on, which does not lead to itself. */
export function LineageFacts({ run, of }: { run: RunDetails; of: "run" | "adapter" }) {
  const t = useTranslations("admin");
  const { base, dataset, fromAdapter, adapter, deployments } = run.lineage;
  return (
    <Facts
      facts={[
        { name: t("lineage.base"), value: base.name },
        {
          name: t("lineage.from"),
          value: fromAdapter ? (
            <TextLink href={`/admin/adapters/${fromAdapter.id}`}>
              <Hash sha256={fromAdapter.sha256} />
            </TextLink>
          ) : (
            t("lineage.fromBase")
          ),
        },
        {
          name: t("lineage.dataset"),
          value: (
            <TextLink href={`/admin/datasets/${dataset.id}`}>
              {t("lineage.datasetPairs", { train: dataset.train, heldOut: dataset.heldOut })}
            </TextLink>
          ),
        },
        of === "adapter"
          ? {
              name: t("lineage.run"),
              value: (
                <TextLink href={`/admin/runs/${run.id}`}>
                  {t("runs.one", { method: run.method })} · {t("runs.steps", { step: run.step, total: run.totalSteps })}
                </TextLink>
              ),
            }
          : {
              name: t("lineage.adapter"),
              value: adapter ? (
                <TextLink href={`/admin/adapters/${adapter.id}`}>
                  <Hash sha256={adapter.sha256} />
                </TextLink>
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
