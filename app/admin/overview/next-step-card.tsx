// The next step of the loop for this installation, with the door to it.
"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { nextStep } from "../_lib/next-step.ts";
import type { OverviewData } from "./overview.tsx";

const HREF = {
  chat: "/chat",
  moreThumbs: "/chat",
  firstRun: "/admin/runs/new",
  activate: "/admin/adapters",
  keepGoing: "/admin/schedules/new",
  byItself: "/admin/schedules",
} as const;

export function NextStepCard({ overview }: { overview: OverviewData }) {
  const t = useTranslations("traffic.overview");
  const step = nextStep({
    feedback: overview.loop.feedback.count,
    pairs: overview.pairs.total,
    newPairs: overview.pairs.newSinceLastRun,
    runs: overview.loop.runs.count,
    schedules: overview.schedules,
    liveAdapter: overview.live?.adapterId != null,
  });
  const numbers = {
    missing: step.kind === "moreThumbs" ? step.missing : 0,
    pairs: "pairs" in step ? step.pairs : "newPairs" in step ? step.newPairs : 0,
  };
  return (
    <Card title={t("nextStep")}>
      <p className="text-pretty text-quiet text-sm">{t(`step.${step.kind}`, numbers)}</p>
      <Button asChild size="sm" variant={step.kind === "byItself" ? "secondary" : "accent"} className="mt-3">
        <Link href={HREF[step.kind]}>{t(`stepAct.${step.kind}`)}</Link>
      </Button>
    </Card>
  );
}
