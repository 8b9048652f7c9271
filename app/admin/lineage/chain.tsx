// How an adapter came about, as a line that goes down to the base model: each adapter with the data that was added there.
"use client";
import { Database, Flag } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Badge } from "../../_components/ui/badge.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { cn } from "../../_lib/cn.ts";
import type { Outputs } from "../../_lib/trpc.ts";
import { Hash } from "../_components/hash.tsx";
import { LiveBadge } from "../_components/release-name.tsx";
import { shortHash } from "../_lib/format.ts";

type AdapterLineage = Outputs["lineage"]["adapter"];
type ChainLink = AdapterLineage["chain"][number];

export function Chain({ lineage: { chain, continuedBy } }: { lineage: AdapterLineage }) {
  const t = useTranslations("data.lineage");
  return (
    <ol>
      {continuedBy.length > 0 && (
        <Node quiet>
          <p className="text-quiet text-sm">
            {t("continuedBy")}{" "}
            {continuedBy.map(({ id, sha256 }, i) => (
              <span key={id}>
                {i > 0 && ", "}
                <AdapterLink id={id} sha256={sha256} />
              </span>
            ))}
          </p>
        </Node>
      )}
      {chain.map((link) => (
        <Node key={link.adapter.id}>
          <AdapterNode link={link} />
        </Node>
      ))}
      <Node quiet last>
        <p className="text-quiet text-sm">{t("base")}</p>
      </Node>
    </ol>
  );
}

function Node({ quiet = false, last = false, children }: { quiet?: boolean; last?: boolean; children: ReactNode }) {
  return (
    <li className="relative pb-5 pl-7 last:pb-0">
      {!last && <span aria-hidden className="absolute top-2 bottom-[-0.5rem] left-[5px] w-px bg-line-strong" />}
      <span
        aria-hidden
        className={cn(
          "absolute top-1.5 left-0 size-[11px] rounded-full border-2",
          quiet ? "border-line-strong bg-surface" : "border-candidate bg-candidate",
        )}
      />
      {children}
    </li>
  );
}

function AdapterNode({ link: { adapter, datasets, rewardAdapterId } }: { link: ChainLink }) {
  const t = useTranslations("data.lineage");
  const words = useTranslations("training.method");
  const live = adapter.releases.some(({ to }) => to === null);
  return (
    <div className="space-y-2">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
        <AdapterLink id={adapter.id} sha256={adapter.sha256} />
        {adapter.method && (
          <span className="text-quiet">
            {adapter.runId ? (
              <Link href={`/admin/runs/${adapter.runId}`} className="underline underline-offset-2">
                {words(adapter.method)}
              </Link>
            ) : (
              words(adapter.method)
            )}
          </span>
        )}
        <RelativeTime date={adapter.createdAt} className="text-faint text-xs" />
        {adapter.releases.map(({ number }) => (
          <Link key={number} href="/admin/deployments" className="text-quiet underline underline-offset-2">
            r{number}
          </Link>
        ))}
        {live && <LiveBadge />}
        {adapter.flags > 0 && (
          <Badge tone="rejected">
            <Flag aria-hidden />
            {t("flagged")}
          </Badge>
        )}
      </p>
      <ul className="space-y-1 text-sm">
        {datasets.map(({ id, name, sha256, examples, erased, role }) => (
          <li key={`${id} ${role}`} className="flex flex-wrap items-center gap-x-2">
            <Database aria-hidden className="size-3.5 text-faint" />
            <span className="text-quiet">{t(`role.${role}`)}</span>
            <Link href={`/admin/datasets/${id}`} className="underline underline-offset-2">
              {name ?? shortHash(sha256)}
            </Link>
            <span className="text-quiet tabular-nums">{t("examples", { count: examples })}</span>
            {erased > 0 && <Badge tone="rejected">{t("erased", { count: erased })}</Badge>}
          </li>
        ))}
        {rewardAdapterId && (
          <li>
            <Link
              href={`/admin/lineage/adapters/${rewardAdapterId}`}
              className="text-quiet underline underline-offset-2"
            >
              {t("rewardModel")}
            </Link>
          </li>
        )}
      </ul>
    </div>
  );
}

function AdapterLink({ id, sha256 }: { id: string; sha256: string }) {
  return (
    <Link href={`/admin/lineage/adapters/${id}`} className="font-medium underline underline-offset-2">
      <Hash sha256={sha256} />
    </Link>
  );
}
