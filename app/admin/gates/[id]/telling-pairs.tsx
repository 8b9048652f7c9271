// The pairs that say most about the difference: the candidate's reply beside the live one's, with the words that differ.
"use client";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { GateReport, GateSampleView } from "../../../../server/domain/views/gate.ts";
import { shortNumber } from "../../../_components/charts/axis.ts";
import { Badge } from "../../../_components/ui/badge.tsx";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { cn } from "../../../_lib/cn.ts";
import { DiffText } from "../../_components/diff-text.tsx";
import { Prompt } from "../../_components/prompt.tsx";
import { isOpen, type NextAct } from "../../_lib/gate-states.ts";
import { type Piece, wordDiff } from "../../_lib/word-diff.ts";
import { figuresOf, type ReplyFigures } from "../_lib/sample-figures.ts";

/** Whoever may still taste blindly is asked before the names are shown. */
const staysBlind = (gate: GateReport, act: NextAct) => isOpen(act) && gate.yourTastes.done < gate.yourTastes.total;

export function TellingPairs({ gate, act }: { gate: GateReport; act: NextAct }) {
  const t = useTranslations("gate.report");
  const [shown, setShown] = useState(false);
  if (gate.samples.length === 0) return null;
  const blind = staysBlind(gate, act) && !shown;
  return (
    <Card title={t("pairs", { count: gate.samples.length })} description={t("pairsText")}>
      {blind ? (
        <div className="rounded-lg border border-dashed bg-sunken/40 px-4 py-6 text-center">
          <p className="mx-auto max-w-md text-pretty text-sm">{t("blindFirst")}</p>
          <div className="mt-3 flex flex-wrap justify-center gap-2">
            <Button asChild size="sm" variant="accent">
              <Link href={`/admin/gates/${gate.id}/taste`}>{t("tasteFirst")}</Link>
            </Button>
            <Button size="sm" onClick={() => setShown(true)}>
              {t("showPairs")}
            </Button>
          </div>
        </div>
      ) : (
        <ol className="space-y-4">
          {gate.samples.map((sample) => (
            <li key={sample.ordinal}>
              <TellingPair sample={sample} />
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

function TellingPair({ sample }: { sample: GateSampleView }) {
  const t = useTranslations("gate");
  const locale = useLocale();
  const { left, right } = useMemo(
    () => wordDiff(sample.candidate, sample.live, locale),
    [sample.candidate, sample.live, locale],
  );
  const figures = figuresOf(sample.figures);
  return (
    <article className="break-inside-avoid rounded-lg border p-4">
      <div className="mb-3">
        <Prompt turns={sample.prompt} />
      </div>
      <div className="grid gap-3 md:grid-cols-2">
        <Reply side="candidate" pieces={left} figures={figures.candidate} />
        <Reply side="live" pieces={right} figures={figures.live} />
      </div>
      <footer className="mt-3 flex flex-wrap items-center gap-2 text-faint text-xs">
        <Badge>{t(`suite.${sample.suite}`)}</Badge>
        {figures.margin !== null && (
          <span>
            {t("sampleFigure.margin", {
              side: figures.margin >= 0 ? "candidate" : "live",
              value: shortNumber(Math.abs(figures.margin)),
            })}
          </span>
        )}
      </footer>
    </article>
  );
}

type ReplyProps = {
  side: "candidate" | "live";
  pieces: readonly Piece[];
  figures?: ReplyFigures;
  chosen?: boolean;
};

/** Also used where the taste test is resolved. */
export function Reply({ side, pieces, figures = {}, chosen = false }: ReplyProps) {
  const t = useTranslations("gate");
  const candidate = side === "candidate";
  return (
    <div
      className={cn(
        "rounded-lg border p-3",
        candidate ? "border-candidate/40" : "border-line-strong border-dashed",
        chosen && "ring-2 ring-accent",
      )}
    >
      <p
        className={cn("mb-1.5 flex flex-wrap items-center gap-1.5 font-medium text-xs", candidate && "text-candidate")}
      >
        <span aria-hidden className={candidate ? "size-2 rounded-[2px] bg-candidate" : "size-2 rounded-full bg-ink"} />
        {t(`side.${side}`)}
        {chosen && <Badge tone="chosen">{t("taste.yours")}</Badge>}
      </p>
      <p className="whitespace-pre-wrap break-words text-sm">
        {pieces.length > 0 ? (
          <DiffText pieces={pieces} tone={side} />
        ) : (
          <span className="text-quiet">{t("report.noText")}</span>
        )}
      </p>
      <p className="mt-2 flex flex-wrap gap-x-3 text-faint text-xs tabular-nums empty:hidden">
        {figures.tokens !== undefined && <span>{t("sampleFigure.tokens", { value: figures.tokens })}</span>}
        {figures.passed !== undefined && <span>{t("sampleFigure.passed", { value: figures.passed })}</span>}
      </p>
    </div>
  );
}
