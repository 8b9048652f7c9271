// One judgement of the viewer's: what was judged and how, where it came to, and the button that takes it back.
"use client";
import { Columns2, ListOrdered, type LucideIcon, Pencil, ThumbsDown, ThumbsUp } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Badge, type BadgeTone } from "../../_components/ui/badge.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { cn } from "../../_lib/cn.ts";
import { useReasons } from "../../chat/_lib/use-reasons.ts";
import type { MyJudgement } from "../_lib/use-withdraw.ts";

type Look = {
  icon: LucideIcon;
  said: "liked" | "disliked" | "PICK" | "TIE" | "BOTH_BAD" | "edited" | "ranked";
  tone: string;
};

function lookOf({ kind, value, choice }: MyJudgement): Look {
  if (kind === "FEEDBACK") {
    return value === 1
      ? { icon: ThumbsUp, said: "liked", tone: "text-chosen" }
      : { icon: ThumbsDown, said: "disliked", tone: "text-rejected" };
  }
  if (kind === "CHOICE") return { icon: Columns2, said: choice ?? "TIE", tone: "text-quiet" };
  if (kind === "EDIT") return { icon: Pencil, said: "edited", tone: "text-chosen" };
  return { icon: ListOrdered, said: "ranked", tone: "text-quiet" };
}

const FATE_TONES: Record<MyJudgement["fate"], BadgeTone> = {
  WAITING: "candidate",
  USED: "chosen",
  NO_PAIR: "neutral",
  OPTED_OUT: "neutral",
};

export function JudgementItem({ judgement, onWithdraw }: { judgement: MyJudgement; onWithdraw: () => void }) {
  const t = useTranslations("settings.feedback");
  const { nameOf } = useReasons();
  const { icon: Icon, said, tone } = lookOf(judgement);
  const { conversation, prompt, reply, reasons, comment, edited, at, kind } = judgement;
  return (
    <li className="flex gap-3 py-4 first:pt-0">
      <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", tone)} />
      <div className="min-w-0 flex-1 space-y-1.5 text-sm">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{t(`said.${said}`)}</span>
          <RelativeTime date={at} className="text-faint text-xs" />
        </p>
        <p className="truncate text-quiet">{prompt}</p>
        <p
          className={cn(
            "line-clamp-2 [overflow-wrap:anywhere]",
            edited && "text-quiet line-through decoration-rejected",
          )}
        >
          {reply}
        </p>
        {edited && <p className="line-clamp-3 [overflow-wrap:anywhere]">{edited}</p>}
        {(reasons.length > 0 || comment) && (
          <p className="text-quiet [overflow-wrap:anywhere]">
            {[...reasons.map(nameOf), ...(comment ? [`“${comment}”`] : [])].join(" · ")}
          </p>
        )}
        <Fate judgement={judgement} />
        {conversation && (
          <Link
            href={`/chat/${conversation.id}`}
            className="inline-block max-w-full truncate text-accent text-xs underline underline-offset-2"
          >
            {conversation.title}
          </Link>
        )}
      </div>
      {kind !== "RANKING" && (
        <Button
          size="sm"
          variant="ghost"
          className="-mt-1.5"
          aria-label={t("withdrawOne", { prompt })}
          onClick={onWithdraw}
        >
          {t("withdraw")}
        </Button>
      )}
    </li>
  );
}

/** Whether it was used, and by which releases. */
function Fate({ judgement: { fate, releases } }: { judgement: MyJudgement }) {
  const t = useTranslations("settings.feedback");
  return (
    <p className="flex flex-wrap items-center gap-1.5">
      <Badge tone={FATE_TONES[fate]}>{t(`fate.${fate}`)}</Badge>
      <span className="text-faint text-xs">
        {fate === "USED" && releases.length > 0 ? t("learnedBy") : t(`fateHint.${fate}`)}
      </span>
      {releases.map(({ number, adapterSha256, live }) => (
        <Badge key={number} tone={live ? "live" : "neutral"} title={adapterSha256} className="font-mono">
          {live ? t("releaseLive", { number }) : `r${number}`}
        </Badge>
      ))}
    </p>
  );
}
