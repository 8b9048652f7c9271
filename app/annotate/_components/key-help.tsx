// All keys of the annotators' room, in words.
"use client";
import { useTranslations } from "next-intl";
import { Dialog } from "../../_components/ui/dialog.tsx";
import { Kbd } from "../../_components/ui/kbd.tsx";
import { KEYS } from "../_lib/keys.ts";

export function KeyHelp({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("annotate.keys");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")} className="sm:max-w-lg">
      <div className="space-y-5">
        {(["all", "pairs", "both"] as const).map((group) => (
          <section key={group}>
            <h3 className="mb-1 font-medium text-quiet text-xs">{t(`group.${group}`)}</h3>
            <dl className="divide-y">
              {KEYS[group].map(([name, keys]) => (
                <div key={name} className="flex items-center justify-between gap-4 py-1.5 text-sm">
                  <dt>{t(name)}</dt>
                  <dd className="flex shrink-0 gap-1">
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="mt-3 text-quiet text-sm">{t("typing")}</p>
    </Dialog>
  );
}
