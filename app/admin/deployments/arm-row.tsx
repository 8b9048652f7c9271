// One arm under the bar: its name, what it is, since when, its share as a number that can be typed, and the way to stop it.
"use client";
import { Split } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "../../_components/ui/badge.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { LiveBadge, ReleaseName } from "../_components/release-name.tsx";
import { releaseName } from "../_lib/format.ts";
import { perCent } from "../_lib/shares.ts";
import { ArmSwatch } from "./arm-swatch.tsx";
import { ArmWatch } from "./arm-watch.tsx";
import { useShareWords } from "./use-share-words.ts";
import type { ArmData } from "./use-traffic.ts";

type ArmRowProps = {
  arm: ArmData;
  /** Place in the bar, for its pattern. */
  order: number;
  canary: boolean;
  /** Per mille it may have. */
  most: number;
  /** What was typed; false where it is no share. */
  onShare: (typed: string) => boolean;
  onStop: () => void;
  busy: boolean;
  /** No other arm stands beside it. */
  alone: boolean;
};

export function ArmRow({ arm, order, canary, most, onShare, onStop, busy, alone }: ArmRowProps) {
  const t = useTranslations("traffic.deployments");
  const percent = useShareWords();
  const name = <ReleaseName number={arm.number} adapterSha256={arm.adapterSha256} />;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2.5 text-sm">
      <ArmSwatch arm={arm} order={order} />
      <span className="font-medium">
        {arm.adapterId ? (
          <Link href={`/admin/adapters/${arm.adapterId}`} className="underline-offset-2 hover:underline">
            {name}
          </Link>
        ) : (
          name
        )}
      </span>
      {arm.isDefault ? (
        <LiveBadge />
      ) : (
        <Badge tone="candidate">
          <Split aria-hidden />
          {canary ? t("canary") : t("abTest")}
        </Badge>
      )}
      <span className="text-quiet">{t.rich("since", { time: () => <RelativeTime date={arm.since} /> })}</span>
      <span className="ml-auto flex items-center gap-2">
        {arm.isDefault ? (
          <span className="text-quiet tabular-nums">
            {alone ? percent(arm.share) : t("rest", { share: percent(arm.share) })}
          </span>
        ) : (
          <>
            <ShareField arm={arm} most={most} onShare={onShare} />
            <Button size="sm" variant="danger" disabled={busy} onClick={onStop} className="print:hidden">
              {t("stop", { release: `r${arm.number}` })}
            </Button>
          </>
        )}
      </span>
      <ArmWatch arm={arm} />
    </li>
  );
}

function ShareField({ arm, most, onShare }: Pick<ArmRowProps, "arm" | "most" | "onShare">) {
  const t = useTranslations("traffic.deployments");
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const done = () => {
    if (typed === null) return;
    const fits = onShare(typed);
    setWrong(!fits);
    if (fits) setTyped(null);
  };
  const noteId = `share-${arm.deploymentId}`;
  return (
    <span className="flex items-center gap-1.5">
      {wrong && (
        <span id={noteId} role="alert" className="text-danger text-xs">
          {t("notNumber", { most: perCent(most) })}
        </span>
      )}
      <Input
        inputMode="decimal"
        aria-label={t("shareField", { release: releaseName(arm) })}
        aria-invalid={wrong || undefined}
        aria-describedby={wrong ? noteId : undefined}
        value={typed ?? perCent(arm.share)}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={done}
        onKeyDown={(event) => {
          if (event.key === "Enter") done();
          if (event.key !== "Escape") return;
          setTyped(null);
          setWrong(false);
        }}
        className="h-8 w-16 text-right text-sm tabular-nums"
      />
      %
    </span>
  );
}
