// Makes a comparison gold by giving its replies the order that is known to be right, changes that order, or takes it away.
"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { toast, toastWithUndo } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useTRPC } from "../../../_lib/trpc.ts";
import { letterOf } from "../../../annotate/_lib/keys.ts";
import { type Places, putAt, ranksOf } from "../../../annotate/_lib/places.ts";
import { Help } from "../../_components/help.tsx";
import { type ComparisonView, useComparisonCache } from "./comparison.tsx";

export function GoldEditor({ comparison }: { comparison: ComparisonView }) {
  const t = useTranslations("annotation");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const store = useComparisonCache();
  const errorText = useErrorText();
  const ids = comparison.candidatesInFull.map(({ messageId }) => messageId);
  const [places, setPlaces] = useState<Places>(() =>
    Object.fromEntries((comparison.goldRanks ?? []).map(({ messageId, rank }) => [messageId, rank])),
  );
  const setGold = useMutation(
    trpc.comparison.setGold.mutationOptions({ onSuccess: store, onError: (error) => void toast(errorText(error)) }),
  );
  const ranks = ranksOf(places, ids);
  const usable = ranks?.some(({ rank }) => rank > 1) ?? false;
  const was = comparison.goldRanks;
  const save = () => setGold.mutate({ id: comparison.id, ranks }, { onSuccess: () => void toast(t("one.goldSet")) });
  const remove = () =>
    setGold.mutate(
      { id: comparison.id, ranks: null },
      {
        onSuccess: () =>
          toastWithUndo(t("one.goldGone"), {
            label: common("undo"),
            onClick: () => setGold.mutate({ id: comparison.id, ranks: was }),
          }),
      },
    );
  return (
    <Card
      title={
        <span className="flex items-center gap-1">
          {t("one.gold")}
          <Help about={t("one.gold")}>{t("queue.goldHelp")}</Help>
        </span>
      }
      description={comparison.gold ? t("one.isGold") : t("one.goldText")}
    >
      <ul className="space-y-2">
        {ids.map((id, i) => (
          <li key={id} className="flex items-center gap-3">
            <span className="w-4 shrink-0 font-semibold text-sm">{letterOf(i)}</span>
            {/* biome-ignore lint/a11y/useSemanticElements: a row of buttons is not a form's fieldset */}
            <div role="group" aria-label={t("one.placeOf", { letter: letterOf(i) })} className="flex flex-wrap gap-1">
              {ids.map((_, at) => (
                <button
                  key={ids[at]}
                  type="button"
                  aria-label={t("one.place", { place: at + 1 })}
                  aria-pressed={places[id] === at + 1}
                  onClick={() => setPlaces(putAt(places, id, places[id] === at + 1 ? null : at + 1))}
                  className="size-8 rounded-md border border-line-strong text-sm tabular-nums hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent aria-pressed:font-semibold aria-pressed:text-accent-ink"
                >
                  {at + 1}
                </button>
              ))}
            </div>
            <p className="min-w-0 flex-1 truncate text-quiet text-sm">{comparison.candidatesInFull[i]!.content}</p>
          </li>
        ))}
      </ul>
      {!usable && <p className="mt-3 text-quiet text-sm">{t("one.goldNeeds")}</p>}
      <div className="mt-4 flex flex-wrap gap-2">
        <Button disabled={!usable} busy={setGold.isPending} onClick={save}>
          {t(comparison.gold ? "one.goldChange" : "one.goldSave")}
        </Button>
        {comparison.gold && (
          <Button variant="ghost" disabled={setGold.isPending} onClick={remove}>
            {t("one.goldRemove")}
          </Button>
        )}
      </div>
    </Card>
  );
}
