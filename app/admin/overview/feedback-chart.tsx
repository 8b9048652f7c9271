// Thumbs of the last 30 days, day by day, up and down.
"use client";
import { ThumbsUp } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { DayBars } from "../../_components/charts/day-bars.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import type { FiguresData } from "./live-sentence.tsx";

export function FeedbackChart({ days }: { days: FiguresData["feedbackPerDay"] }) {
  const t = useTranslations("traffic.overview");
  const format = useFormatter();
  const up = days.reduce((sum, day) => sum + day.up, 0);
  const count = up + days.reduce((sum, day) => sum + day.down, 0);
  if (count === 0) {
    return (
      <Card id="feedback" title={t("feedback")}>
        <EmptyState icon={ThumbsUp} title={t("feedbackNone")} description={t("feedbackNoneText")} />
      </Card>
    );
  }
  const share = format.number(up / count, { style: "percent", maximumFractionDigits: 0 });
  return (
    <Card id="feedback" title={t("feedbackFinding", { share, count })} description={t("feedback")}>
      <DayBars days={days} upLabel={t("up")} downLabel={t("down")} label={t("feedback")} />
    </Card>
  );
}
