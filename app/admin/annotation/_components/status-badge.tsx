// The state of a comparison, and why it was opened, as badges.
"use client";
import { Check, CircleDashed, CircleSlash, PenLine, Star } from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge } from "../../../_components/ui/badge.tsx";
import type { Outputs } from "../../../_lib/trpc.ts";

export type ComparisonRow = Outputs["comparison"]["list"]["items"][number];

const LOOK = {
  DRAFTING: { icon: PenLine, tone: "candidate" },
  OPEN: { icon: CircleDashed, tone: "chosen" },
  DONE: { icon: Check, tone: "neutral" },
  CLOSED: { icon: CircleSlash, tone: "neutral" },
} as const;

export function StatusBadge({ status }: { status: ComparisonRow["status"] }) {
  const t = useTranslations("annotation.status");
  const { icon: Icon, tone } = LOOK[status];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden />
      {t(status)}
    </Badge>
  );
}

export function GoldBadge() {
  const t = useTranslations("annotation.one");
  return (
    <Badge tone="rejected">
      <Star aria-hidden />
      {t("goldColumn")}
    </Badge>
  );
}
