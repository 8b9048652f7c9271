// What a change of release changes: who speaks now, who will.
"use client";
import { ArrowDown } from "lucide-react";
import { useTranslations } from "next-intl";

/** Both are names of releases or adapters, "r7 · 3f9a2c". */
export function ChangeList({ now, next }: { now: string; next: string }) {
  const t = useTranslations("admin.release");
  return (
    <div className="rounded-lg border text-sm">
      <p className="flex justify-between gap-4 px-3 py-2">
        <span className="text-quiet">{t("speaksNow")}</span>
        <span className="text-right font-medium tabular-nums">{now}</span>
      </p>
      <p className="relative flex justify-between gap-4 border-t px-3 py-2">
        <ArrowDown
          aria-hidden
          className="-translate-x-1/2 -top-2 absolute left-1/2 size-4 rounded-full bg-surface text-faint"
        />
        <span className="text-quiet">{t("willSpeak")}</span>
        <span className="text-right font-medium tabular-nums">{next}</span>
      </p>
    </div>
  );
}
