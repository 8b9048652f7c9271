// The stages of a canary in a row: passed ones ticked, the present one ringed, each with its share and what it needs.
"use client";
import { Check } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { cn } from "../../_lib/cn.ts";
import { span } from "../_lib/format.ts";
import { useShareWords } from "./use-share-words.ts";
import type { Traffic } from "./use-traffic.ts";

export function Stages({ plan, stage }: { plan: Traffic["plan"]; stage: number }) {
  const t = useTranslations("traffic.deployments");
  const percent = useShareWords();
  return (
    <ol aria-label={t("stages")} className="flex">
      {plan.stages.map(({ share, leastReplies, leastMinutes }, i) => {
        const state = i < stage ? "stageDone" : i === stage ? "stageNow" : "stageComing";
        return (
          <li key={share} aria-current={i === stage ? "step" : undefined} className="min-w-0 flex-1">
            <span aria-hidden className="flex items-center">
              <span
                className={cn(
                  "grid size-5 shrink-0 place-items-center rounded-full border-2 border-line-strong bg-surface [&_svg]:size-3",
                  i < stage && "border-candidate bg-candidate text-canvas",
                  i === stage && "border-candidate",
                )}
              >
                {i < stage && <Check />}
                {i === stage && <span className="size-2 rounded-full bg-candidate" />}
              </span>
              {i < plan.stages.length - 1 && (
                <span className={cn("h-0.5 flex-1", i < stage ? "bg-candidate" : "bg-line-strong")} />
              )}
            </span>
            <span className={cn("mt-1 block text-sm tabular-nums", i === stage && "font-semibold")}>
              {percent(share)} <span className="font-normal text-faint text-xs">{t(state)}</span>
            </span>
            {leastReplies + leastMinutes > 0 && (
              <span className="block pr-2 text-faint text-xs">
                <Needs replies={leastReplies} minutes={leastMinutes} />
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function Needs({ replies, minutes }: { replies: number; minutes: number }) {
  const t = useTranslations("traffic.deployments");
  const locale = useLocale();
  const parts = [
    ...(replies > 0 ? [t("needsReplies", { count: replies })] : []),
    ...(minutes > 0 ? [span(minutes * 60, locale)] : []),
  ];
  return parts.join(" · ");
}
