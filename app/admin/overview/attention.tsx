// What needs someone, each with the one act that settles it; or that nothing does.
"use client";
import { CircleCheck } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { StateDot } from "../_components/state-dot.tsx";
import type { OverviewData } from "./overview.tsx";

export function Attention({ items }: { items: OverviewData["attention"] }) {
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
                <span lang="en" className="block break-words text-quiet text-xs">
                  {item.message}
                </span>
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
