// The state of a run as a badge: word, icon and tone.
"use client";
import { Ban, Check, CircleX, Clock, LoaderCircle, Scale } from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge, type BadgeTone } from "../../_components/ui/badge.tsx";
import type { RunStatus } from "../_lib/run-states.ts";

const LOOK = {
  QUEUED: { icon: Clock, tone: "neutral" },
  RUNNING: { icon: LoaderCircle, tone: "chosen" },
  EVALUATING: { icon: Scale, tone: "candidate" },
  SUCCEEDED: { icon: Check, tone: "neutral" },
  FAILED: { icon: CircleX, tone: "danger" },
  CANCELLED: { icon: Ban, tone: "neutral" },
} as const satisfies Record<RunStatus, { icon: typeof Check; tone: BadgeTone }>;

/** `cancelling`: the end was asked for and the trainer has not stopped yet. */
export function RunStatusBadge({ status, cancelling = false }: { status: RunStatus; cancelling?: boolean }) {
  const t = useTranslations("admin.runs");
  const { icon: Icon, tone } = LOOK[status];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden className={status === "RUNNING" ? "animate-spin" : undefined} />
      {cancelling ? t("cancelling") : t(`status.${status}`)}
    </Badge>
  );
}
