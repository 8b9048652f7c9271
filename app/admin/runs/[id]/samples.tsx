// Replies to the run's fixed prompts, before it and after the chosen step, side by side with the words that differ.
"use client";
import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useId, useMemo, useState } from "react";
import { Card } from "../../../_components/ui/card.tsx";
import { IconButton } from "../../../_components/ui/icon-button.tsx";
import { Skeleton } from "../../../_components/ui/skeleton.tsx";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { DiffText } from "../../_components/diff-text.tsx";
import { Prompt } from "../../_components/prompt.tsx";
import { QueryView } from "../../_components/query-view.tsx";
import { isOver } from "../../_lib/run-states.ts";
import { rounds } from "../../_lib/samples.ts";
import { wordDiff } from "../../_lib/word-diff.ts";
import type { RunDetails } from "./use-run.ts";

type Sample = Outputs["run"]["samples"][number];

const REFRESH_MS = 5_000;

export function Samples({ run }: { run: RunDetails }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.run.samples.queryOptions({ id: run.id }, { refetchInterval: isOver(run.status) ? false : REFRESH_MS }),
  );
  // A reward model says nothing, so there is nothing to sample.
  if (run.method === "REWARD") return null;
  return (
    <QueryView query={query} skeleton={<Skeleton className="h-48 w-full" />}>
      {(samples) => <SamplesView samples={samples} over={isOver(run.status)} />}
    </QueryView>
  );
}

function SamplesView({ samples, over }: { samples: readonly Sample[]; over: boolean }) {
  const t = useTranslations("training.samples");
  const [wanted, setWanted] = useState<number | null>(null);
  const all = useMemo(() => rounds(samples), [samples]);
  // Without a choice the newest round is shown, also when a newer one arrives.
  const at = Math.min(wanted ?? all.length - 1, all.length - 1);
  const round = all[at];
  if (!round) {
    return (
      <Card title={t("title")}>
        <p className="text-quiet text-sm">{t(over ? "none" : "noneYet")}</p>
      </Card>
    );
  }
  return (
    <Card
      title={t("title")}
      description={t("text")}
      actions={all.length > 1 && <StepChoice steps={all.map(({ step }) => step)} round={at} onRound={setWanted} />}
    >
      <ul className="divide-y">
        {round.samples.map((sample) => (
          <li key={sample.ordinal} className="break-inside-avoid py-4 first:pt-0 last:pb-0">
            <Prompt turns={sample.prompt} />
            <BeforeAfter sample={sample} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

type StepChoiceProps = { steps: readonly number[]; round: number; onRound: (round: number) => void };

function StepChoice({ steps, round, onRound }: StepChoiceProps) {
  const t = useTranslations("training.samples");
  const id = useId();
  return (
    <div className="flex items-center gap-1 text-sm print:hidden">
      <IconButton size="sm" label={t("previous")} disabled={round === 0} onClick={() => onRound(round - 1)}>
        <ChevronLeft />
      </IconButton>
      <label htmlFor={id} className="sr-only">
        {t("slider")}
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={steps.length - 1}
        step={1}
        value={round}
        aria-valuetext={t("at", { step: steps[round] ?? 0 })}
        onChange={(event) => onRound(event.target.valueAsNumber)}
        className="w-28 accent-accent"
      />
      <IconButton size="sm" label={t("next")} disabled={round === steps.length - 1} onClick={() => onRound(round + 1)}>
        <ChevronRight />
      </IconButton>
      <span className="min-w-16 text-right text-quiet tabular-nums">{t("at", { step: steps[round] ?? 0 })}</span>
    </div>
  );
}

function BeforeAfter({ sample: { before, after, ended, step } }: { sample: Sample }) {
  const t = useTranslations("training.samples");
  const locale = useLocale();
  const { left, right } = useMemo(() => wordDiff(before ?? "", after, locale), [before, after, locale]);
  const text = (reply: string | null, pieces: typeof left, tone: "live" | "candidate") => {
    if (reply === null) return <span className="text-quiet">–</span>;
    if (reply.trim() === "") return <span className="text-quiet">{t("emptyReply")}</span>;
    return <DiffText pieces={pieces} tone={tone} />;
  };
  return (
    <div className="mt-2 grid gap-3 md:grid-cols-2">
      <div className="min-w-0 rounded-lg border p-3">
        <p className="mb-1.5 font-medium text-quiet text-xs">{t("before")}</p>
        <p className="whitespace-pre-wrap break-words text-sm">{text(before, left, "live")}</p>
      </div>
      <div className="min-w-0 rounded-lg border border-candidate/40 p-3">
        <p className="mb-1.5 flex flex-wrap items-center gap-x-2 font-medium text-candidate text-xs">
          {t("at", { step })}
          {before === after && <span className="font-normal text-quiet">{t("same")}</span>}
        </p>
        <p className="whitespace-pre-wrap break-words text-sm">
          {text(after, right, "candidate")}
          {!ended && <span className="text-quiet"> {t("cutOff")}</span>}
        </p>
      </div>
    </div>
  );
}
