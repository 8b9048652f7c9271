// One preference pair: the prompt, the chosen and the rejected reply side by side with the words that differ, and whose judgement it is.
"use client";
import { ThumbsDown, ThumbsUp } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { type ReactNode, useMemo } from "react";
import { shortNumber } from "../../_components/charts/axis.ts";
import { Badge } from "../../_components/ui/badge.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { cn } from "../../_lib/cn.ts";
import type { Outputs } from "../../_lib/trpc.ts";
import { type Piece, wordDiff } from "../_lib/word-diff.ts";
import { DiffText } from "./diff-text.tsx";
import { Hash } from "./hash.tsx";
import { Prompt } from "./prompt.tsx";

export type Pair = Outputs["pair"]["list"]["items"][number];

/** As server/domain/pair-store.ts writes it. */
const RATER_REASON = "RATER";

type PairCardProps = {
  pair: Pair;
  split?: "TRAIN" | "HELDOUT";
  /** Probability that it is the wrong way round. */
  epsilon?: number | null;
  /** Leads to the pair's own page. */
  link?: boolean;
  /** Stands at the end of the foot. */
  actions?: ReactNode;
};

export function PairCard({ pair, split, epsilon, link = false, actions }: PairCardProps) {
  const t = useTranslations("admin.pairs");
  const words = useTranslations("data");
  const locale = useLocale();
  const { left, right } = useMemo(
    () => wordDiff(pair.chosen.content, pair.rejected.content, locale),
    [pair.chosen.content, pair.rejected.content, locale],
  );
  return (
    <div className="break-inside-avoid rounded-lg border bg-surface p-4">
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
        {pair.weight !== 1 && <span>{t("weight", { weight: shortNumber(pair.weight) })}</span>}
        {epsilon != null && <span>{words("dataset.epsilon", { epsilon: shortNumber(epsilon) })}</span>}
        {pair.quarantineReason && <QuarantineReason reason={pair.quarantineReason} />}
        <span className="ml-auto flex flex-wrap items-center gap-x-3 gap-y-1">
          <RelativeTime date={pair.createdAt} />
          {link && (
            <Link href={`/admin/pairs/${pair.id}`} className="text-quiet underline underline-offset-2">
              {words("pair.open")}
            </Link>
          )}
          {actions}
        </span>
      </footer>
    </div>
  );
}

/** The reason of a rater's quarantine is the system's own and has words; any other was written by an admin. */
function QuarantineReason({ reason }: { reason: string }) {
  const t = useTranslations("data.pair");
  return <span className="break-words">{reason === RATER_REASON ? t("raterQuarantined") : reason}</span>;
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
