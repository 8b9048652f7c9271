// How a run ended, in a sentence: the adapter it made, or what went wrong and what to try.
"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../../../_components/ui/button.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { ActivateButton } from "../../_components/activate-button.tsx";
import { shortHash } from "../../_lib/format.ts";
import { adviceFor } from "../../_lib/run-advice.ts";
import type { RunDetails } from "./use-run.ts";

export function RunOutcome({ run }: { run: RunDetails }) {
  const t = useTranslations("admin.run");
  const { adapter, deployments } = run.lineage;
  if (run.status === "FAILED") {
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
        <p className="font-medium">{t("failed")}</p>
        {run.error && (
          <p lang="en" className="mt-0.5 break-words text-ink">
            {run.error}
          </p>
        )}
        <p className="mt-1 text-ink">{t(`advice.${adviceFor(run.errorCode)}`)}</p>
      </Notice>
    );
  }
  if (run.status === "CANCELLED") return <Notice role="status">{t("cancelled", { step: run.step })}</Notice>;
  if (run.status !== "SUCCEEDED" || !adapter) return null;
  const live = deployments.some((release) => release.active);
  return (
    <Notice role="status" action={!live && <ActivateButton adapter={adapter} size="sm" />}>
      {t.rich(live ? "madeAndLive" : "made", {
        hash: shortHash(adapter.sha256),
        adapter: (text) => (
          <Link href={`/admin/adapters/${adapter.id}`} className="font-medium underline underline-offset-2">
            {text}
          </Link>
        ),
      })}
    </Notice>
  );
}
