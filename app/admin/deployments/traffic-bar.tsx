// Who gets new conversations, as one bar: edges are dragged or moved by keys, shares are typed below, and each change can be undone.
"use client";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { cn } from "../../_lib/cn.ts";
import { releaseName } from "../_lib/format.ts";
import { barOrder, mostShare, perMille, shareAfterKey, shareAt, withShare } from "../_lib/shares.ts";
import { ArmRow } from "./arm-row.tsx";
import { patternOf } from "./arm-swatch.tsx";
import { useShareWords } from "./use-share-words.ts";
import type { ArmData, Traffic, TrafficActs } from "./use-traffic.ts";

/** Keys that follow each other so soon are one change. */
const SETTLED_MS = 700;

export function TrafficBar({ traffic, acts }: { traffic: Traffic; acts: TrafficActs }) {
  const t = useTranslations("traffic.deployments");
  const percent = useShareWords();
  const bar = useRef<HTMLDivElement>(null);
  const [draft, setDraft] = useState<{ deploymentId: string; share: number } | null>(null);
  const [dragging, setDragging] = useState(false);
  const arms = barOrder(draft ? withShare(traffic.arms, draft.deploymentId, draft.share) : traffic.arms);
  const settle = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(settle.current), []);

  const commit = (deploymentId: string, share: number) => {
    clearTimeout(settle.current);
    setDraft(null);
    const arm = traffic.arms.find((one) => one.deploymentId === deploymentId);
    if (!arm) return;
    const wanted = withShare(traffic.arms, deploymentId, share).find((one) => one.deploymentId === deploymentId)!.share;
    if (wanted === arm.share) return;
    const { canary } = traffic;
    acts.setShare(arm, wanted, arm.share, canary?.deploymentId === deploymentId && canary.status === "RUNNING");
  };

  const dragged = (arm: ArmData, event: PointerEvent) => {
    const box = bar.current?.getBoundingClientRect();
    if (!box) return;
    const at = (event.clientX - box.left) / box.width;
    setDraft({ deploymentId: arm.deploymentId, share: shareAt(arms, arm.deploymentId, at) });
  };

  const pressed = (arm: ArmData, event: KeyboardEvent) => {
    if (event.key === "Escape" && draft) {
      clearTimeout(settle.current);
      setDraft(null);
      return;
    }
    const share = shareAfterKey(event.key, arm.share, mostShare(traffic.arms, arm.deploymentId));
    if (share === null) return;
    event.preventDefault();
    setDraft({ deploymentId: arm.deploymentId, share });
    clearTimeout(settle.current);
    settle.current = setTimeout(() => commit(arm.deploymentId, share), SETTLED_MS);
  };

  let left = 0;
  return (
    <div>
      <div ref={bar} className="relative h-12 touch-pan-y select-none [print-color-adjust:exact]">
        <div className="flex h-full overflow-hidden rounded-lg border border-line-strong">
          {arms.map((arm, i) => (
            <Segment key={arm.deploymentId} arm={arm} order={i} />
          ))}
        </div>
        {arms.map((arm) => {
          left += arm.share;
          if (arm.isDefault) return null;
          return (
            <div
              key={arm.deploymentId}
              role="slider"
              tabIndex={0}
              aria-label={t("handle", { release: releaseName(arm) })}
              aria-valuemin={0}
              aria-valuemax={mostShare(traffic.arms, arm.deploymentId) / 10}
              aria-valuenow={arm.share / 10}
              aria-valuetext={t("shareOf", { share: percent(arm.share) })}
              style={{ left: `${left / 10}%` }}
              className={cn(
                "-translate-x-1/2 -inset-y-1 absolute flex w-6 cursor-ew-resize touch-none items-center justify-center rounded-md",
                "before:h-full before:w-1.5 before:rounded-full before:border before:border-surface before:bg-ink",
                "print:hidden",
              )}
              onPointerDown={(event) => {
                event.currentTarget.setPointerCapture(event.pointerId);
                setDragging(true);
              }}
              onPointerMove={(event) => dragging && dragged(arm, event)}
              onPointerUp={() => {
                setDragging(false);
                if (draft) commit(draft.deploymentId, draft.share);
              }}
              onPointerCancel={() => {
                setDragging(false);
                setDraft(null);
              }}
              onKeyDown={(event) => pressed(arm, event)}
              onBlur={() => draft && !dragging && commit(draft.deploymentId, draft.share)}
            />
          );
        })}
      </div>
      <ul className="mt-3 divide-y">
        {arms.map((arm, i) => (
          <ArmRow
            key={arm.deploymentId}
            arm={arm}
            order={i}
            canary={traffic.canary?.deploymentId === arm.deploymentId}
            most={mostShare(traffic.arms, arm.deploymentId)}
            onShare={(typed) => {
              const share = perMille(typed, mostShare(traffic.arms, arm.deploymentId));
              if (share !== null) commit(arm.deploymentId, share);
              return share !== null;
            }}
            onStop={() => acts.stopArm(arm, arm.deploymentId === traffic.canary?.deploymentId ? traffic.canary : null)}
            busy={acts.busy}
            alone={arms.length === 1}
          />
        ))}
      </ul>
    </div>
  );
}

/** Narrower ones have no room for their name; the list below names all. */
const ROOM_FOR_NAME = 140;

function Segment({ arm, order }: { arm: ArmData; order: number }) {
  const percent = useShareWords();
  if (arm.share === 0) return null;
  const { fill, style } = patternOf(arm, order);
  return (
    <div
      aria-hidden
      className={cn(
        "flex min-w-0 items-center justify-center overflow-hidden border-surface border-r last:border-r-0",
        fill,
      )}
      style={{ ...style, width: `${arm.share / 10}%` }}
    >
      {arm.share >= ROOM_FOR_NAME && (
        <span className="truncate rounded-md bg-surface/90 px-1.5 py-0.5 font-medium text-ink text-xs tabular-nums">
          {releaseName(arm)} · {percent(arm.share)}
        </span>
      )}
    </div>
  );
}
