// The state of an import as a word with its colour.
"use client";
import { useTranslations } from "next-intl";
import { Badge, type BadgeTone } from "../../_components/ui/badge.tsx";
import type { Outputs } from "../../_lib/trpc.ts";

type State = Outputs["import"]["get"]["state"];

const TONES: Record<State, BadgeTone> = {
  RECEIVING: "candidate",
  FREEZING: "candidate",
  DONE: "chosen",
  FAILED: "danger",
};

export function ImportStateBadge({ state }: { state: State }) {
  const t = useTranslations("data.import.stateName");
  return <Badge tone={TONES[state]}>{t(state)}</Badge>;
}
