// One preference pair: the prompt, the chosen and the rejected reply side by side with the words that differ, and whose judgement it is.
"use client";
import { ThumbsDown, ThumbsUp } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useMemo } from "react";
import { Badge } from "../../_components/ui/badge.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { cn } from "../../_lib/cn.ts";
import type { Outputs } from "../../_lib/trpc.ts";
import { type Piece, wordDiff } from "../_lib/word-diff.ts";
import { DiffText } from "./diff-text.tsx";
import { Hash } from "./hash.tsx";
import { Prompt } from "./prompt.tsx";

export type Pair = Outputs["pair"]["list"]["items"][number];

export function PairCard({ pair, split }: { pair: Pair; split?: "TRAIN" | "HELDOUT" }) {
  const t = useTranslations("admin.pairs");
  const locale = useLocale();
  const { left, right } = useMemo(
    () => wordDiff(pair.chosen.content, pair.rejected.content, locale),
    [pair.chosen.content, pair.rejected.content, locale],
  );
  return (
    <article className="break-inside-avoid rounded-lg border bg-surface p-4">
      <div className="mb-3">
        <Prompt turns={pair.prompt} />
      </div>
      <div className="grid gap-3 md:grid-cols-2">
        <Reply side="chosen" pieces={left} adapterSha256={pair.chosen.adapterSha256} />
        <Reply side="rejected" pieces={right} adapterSha256={pair.rejected.adapterSha256} />
      </div>
      <footer className="mt-3 flex flex-wrap items-center gap-x-3 gap-y-1 text-faint text-xs">
        <Badge>{t(`source.${pair.source}`)}</Badge>
        {split && <Badge tone={split === "HELDOUT" ? "candidate" : "neutral"}>{t(`split.${split}`)}</Badge>}
        {pair.status !== "ACTIVE" && <Badge tone="rejected">{t(`status.${pair.status}`)}</Badge>}
        <span title={pair.raters.map(({ name, email }) => name || email).join(", ")}>
          {t("raters", { count: pair.raters.length })}
        </span>
        {pair.weight !== 1 && <span>{t("weight", { weight: pair.weight })}</span>}
        <RelativeTime date={pair.createdAt} className="ml-auto" />
      </footer>
    </article>
  );
}

type ReplyProps = { side: "chosen" | "rejected"; pieces: readonly Piece[]; adapterSha256: string | null };

function Reply({ side, pieces, adapterSha256 }: ReplyProps) {
  const t = useTranslations("admin");
  const chosen = side === "chosen";
  const Icon = chosen ? ThumbsUp : ThumbsDown;
  return (
    <div className={cn("rounded-lg border p-3", chosen ? "border-chosen/40" : "border-rejected/40 border-dashed")}>
      <p
        className={cn("mb-1.5 flex items-center gap-1.5 font-medium text-xs", chosen ? "text-chosen" : "text-rejected")}
      >
        <Icon aria-hidden className="size-3.5" />
        {t(`pairs.${side}`)}
        <span className="ml-auto font-normal text-faint">
          {adapterSha256 ? <Hash sha256={adapterSha256} /> : t("common.baseModel")}
        </span>
      </p>
      <p className="whitespace-pre-wrap break-words text-sm">
        <DiffText pieces={pieces} tone={side} />
      </p>
    </div>
  );
}

export function PairSkeleton() {
  return (
    <div className="space-y-4">
      {["a", "b", "c"].map((key) => (
        <div key={key} className="h-44 animate-pulse rounded-lg border bg-surface" />
      ))}
    </div>
  );
}
