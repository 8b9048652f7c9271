// What needs someone, each with the one act that settles it; or that nothing does.
"use client";
import { CircleCheck } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { StateDot } from "../_components/state-dot.tsx";
import { useReason } from "../_lib/use-reason.ts";
import type { OverviewData } from "./overview.tsx";

type Item = OverviewData["attention"][number];
/** The kinds are the server's; the cast names one that takes the values of all. */
type Valued = "GATE_WAITING";
type Told = "TASKS_WAITING";

export function Attention({ items }: { items: readonly Item[] }) {
  const t = useTranslations("traffic.overview");
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
            <li key={`${item.kind} ${item.href}`} className="flex items-center gap-3 py-2.5 first:pt-0 last:pb-0">
              <StateDot state="attention" />
              <span className="min-w-0 flex-1 text-sm">
                <span className="block font-medium">{t(`attention.${item.kind as Valued}`, values(item))}</span>
                <Details item={item} />
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

const values = (item: Item) => item.values as { adapter: string; count: number };

/** Why: in the viewer's language, and what only the program that failed could say, in its own. */
function Details({ item }: { item: Item }) {
  const t = useTranslations("traffic.overview.attentionText");
  const reason = useReason();
  const own = t.has(item.kind as Told) ? [t(item.kind as Told, values(item))] : [];
  const said = [...own, ...item.reason.map(reason)].join(" ");
  return (
    <>
      {said && <span className="block break-words text-quiet text-xs">{said}</span>}
      {item.detail && (
        <span lang="en" className="block break-words text-quiet text-xs">
          {item.detail}
        </span>
      )}
    </>
  );
}
