// The canary that runs: its stages, what it waits for, what speaks for and against it, and the acts on it.
"use client";
import { FastForward, Pause, Play } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { Badge } from "../../_components/ui/badge.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { useSentence } from "../../_lib/sentence.ts";
import { Person } from "../_components/person.tsx";
import { releaseName, span } from "../_lib/format.ts";
import { Evidence } from "./evidence.tsx";
import { Stages } from "./stages.tsx";
import { useShareWords } from "./use-share-words.ts";
import type { Traffic, TrafficActs } from "./use-traffic.ts";

export type CanaryData = NonNullable<Traffic["canary"]>;

export function CanaryCard({ canary, acts }: { canary: CanaryData; acts: TrafficActs }) {
  const t = useTranslations("traffic.deployments");
  const sentence = useSentence();
  const wait = useWait();
  const { startedAt, startedBy, controlNumber, lookedAt } = canary;
  const words = { control: `r${controlNumber}`, time: () => <RelativeTime date={startedAt} /> };
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {t("canaryTitle", { release: releaseName(canary) })}
          <CanaryBadge status={canary.status} />
        </span>
      }
      description={
        canary.automatic
          ? t.rich("canaryAutomatic", words)
          : t.rich("canaryText", { ...words, person: () => <Person person={startedBy} /> })
      }
      actions={<CanaryActs canary={canary} acts={acts} />}
    >
      <Stages plan={canary.plan} stage={canary.stage} />
      <div className="mt-4 text-sm">
        <p className="font-medium">{t("waits")}</p>
        {canary.waitsFor.length === 0 ? (
          <p className="text-quiet">{t("waitsNothing")}</p>
        ) : (
          <ul className="list-disc pl-5 text-quiet">
            {canary.waitsFor.map((one) => (
              <li key={one.code}>{wait(one)}</li>
            ))}
          </ul>
        )}
        {canary.reason && <p className="mt-1 text-quiet">{sentence(canary.reason)}</p>}
      </div>
      <div className="mt-5">
        <Evidence tests={canary.tests} earlyPromotion={canary.plan.earlyPromotion} />
        {lookedAt && (
          <p className="mt-2 text-faint text-xs">
            {t.rich("looked", { time: () => <RelativeTime date={lookedAt} /> })}
          </p>
        )}
      </div>
    </Card>
  );
}

/** Minutes as hours and days, where they are many. */
function useWait(): (wait: CanaryData["waitsFor"][number]) => string {
  const sentence = useSentence();
  const locale = useLocale();
  return (wait) => {
    const { minutes } = wait.values;
    if (typeof minutes !== "number") return sentence(wait);
    return sentence({ ...wait, values: { ...wait.values, span: span(minutes * 60, locale) } });
  };
}

const TONES = { RUNNING: "candidate", PAUSED: "neutral", PROMOTED: "chosen", ROLLED_BACK: "danger" } as const;

export function CanaryBadge({ status }: { status: keyof typeof TONES }) {
  const t = useTranslations("traffic.deployments.status");
  return <Badge tone={TONES[status]}>{t(status)}</Badge>;
}

function CanaryActs({ canary, acts }: { canary: CanaryData; acts: TrafficActs }) {
  const t = useTranslations("traffic.deployments");
  const percent = useShareWords();
  const next = canary.plan.stages[canary.stage + 1];
  const promotes = !next || next.share === 1000;
  const release = releaseName(canary);
  return (
    <span className="flex flex-wrap justify-end gap-2 print:hidden">
      {canary.status === "PAUSED" ? (
        <Button size="sm" disabled={acts.busy} onClick={acts.resumeCanary}>
          <Play aria-hidden />
          {t("resume")}
        </Button>
      ) : (
        <Button size="sm" disabled={acts.busy} onClick={acts.pauseCanary}>
          <Pause aria-hidden />
          {t("pause")}
        </Button>
      )}
      <Button
        size="sm"
        disabled={acts.busy}
        onClick={() =>
          acts.advanceCanary(
            canary.stage,
            promotes ? t("promoted", { release }) : t("advanced", { release, share: percent(next.share) }),
          )
        }
      >
        <FastForward aria-hidden />
        {promotes ? t("promote") : t("advance", { share: percent(next.share) })}
      </Button>
    </span>
  );
}
