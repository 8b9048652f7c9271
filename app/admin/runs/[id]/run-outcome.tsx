// How a run ended, in a sentence: what it made and whether that can speak, or at which step it failed and what to try.
"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../../../_components/ui/button.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { Served } from "../../_components/served.tsx";
import { shortHash } from "../../_lib/format.ts";
import { adviceFor } from "../../_lib/run-advice.ts";
import { servedAs } from "../../_lib/served.ts";
import type { RunDetails } from "./use-run.ts";

const MADE = { lora: "made", reward: "madeReward", full: "madeModel", other: "madeOther" } as const;

export function RunOutcome({ run }: { run: RunDetails }) {
  const t = useTranslations("admin.run");
  const { adapter, deployments } = run.lineage;
  if (run.status === "FAILED") return <Failure run={run} />;
  if (run.status === "CANCELLED") return <Notice role="status">{t("cancelled", { step: run.step })}</Notice>;
  if (run.status !== "SUCCEEDED" || !adapter) return null;
  const live = deployments.some((release) => release.active);
  return (
    <Notice role="status">
      <p>
        {t.rich(live ? "madeAndLive" : MADE[servedAs(adapter)], {
          hash: shortHash(adapter.sha256),
          adapter: (text) => (
            <Link href={`/admin/adapters/${adapter.id}`} className="font-medium underline underline-offset-2">
              {text}
            </Link>
          ),
        })}
      </p>
      {!live && (
        <p className="mt-0.5 text-pretty text-quiet">
          <Served made={adapter} />
        </p>
      )}
    </Notice>
  );
}

function Failure({ run }: { run: RunDetails }) {
  const t = useTranslations("admin.run");
  return (
    <Notice
      tone="danger"
      role="status"
      action={
        <Button asChild size="sm">
          <Link href="/admin/runs/new">{t("tryAnother")}</Link>
        </Button>
      }
    >
      <p className="font-medium">
        {run.step > 0 ? t("failedAt", { step: run.step, total: run.totalSteps }) : t("failed")}
      </p>
      {run.error && (
        <p lang="en" className="mt-0.5 break-words text-ink">
          {run.error}
        </p>
      )}
      <p className="mt-1 text-pretty text-ink">{t(`advice.${adviceFor(run.errorCode, run.method)}`)}</p>
    </Notice>
  );
}
