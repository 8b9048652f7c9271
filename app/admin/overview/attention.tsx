// What needs someone, each with the one act that settles it; or that nothing does.
"use client";
import { CircleCheck } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { StateDot } from "../_components/state-dot.tsx";
import type { OverviewData } from "./overview.tsx";

/** The list of kinds is the server's; the cast names one that has words for certain. */
type Counted = "TASKS_WAITING";
type Item = OverviewData["attention"][number];

export function Attention({ items }: { items: readonly Item[] }) {
  const t = useTranslations("admin.overview");
  return (
    <Card title={t("needsYou")}>
      {items.length === 0 ? (
        <p className="flex items-center gap-2 text-quiet text-sm">
          <CircleCheck aria-hidden className="size-4" />
          {t("nothingNeedsYou")}
        </p>
      ) : (
        <ul className="divide-y">
          {items.map((item) => (
            <li
              key={`${item.kind} ${item.href} ${item.message}`}
              className="flex items-center gap-3 py-2.5 first:pt-0 last:pb-0"
            >
              <StateDot state="attention" />
              <span className="min-w-0 flex-1 text-sm">
                <span className="block font-medium">{t(`attention.${item.kind}`)}</span>
                <Detail item={item} />
              </span>
              <Button asChild size="sm">
                <Link href={item.href}>{t(`attentionAct.${item.kind}`)}</Link>
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** In the viewer's language where there are words for its number; else the server's own sentence. */
function Detail({ item: { kind, count, message } }: { item: Item }) {
  const t = useTranslations("admin.overview.attentionText");
  if (count !== null && t.has(kind as Counted)) {
    return <span className="block text-quiet text-xs">{t(kind as Counted, { count })}</span>;
  }
  return (
    <span lang="en" className="block break-words text-quiet text-xs">
      {message}
    </span>
  );
}
