// How to judge, as the admins wrote it: beside the task, or over it on a narrow screen.
"use client";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { Markdown } from "../../_components/markdown.tsx";
import { ErrorState } from "../../_components/ui/error-state.tsx";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import { SkeletonText } from "../../_components/ui/skeleton.tsx";
import { useTRPC } from "../../_lib/trpc.ts";

export function Guidelines() {
  const t = useTranslations("annotate.guidelines");
  const trpc = useTRPC();
  const locale = useLocale();
  const query = useQuery(trpc.annotation.guidelines.queryOptions(undefined, { staleTime: 300_000 }));
  if (query.error && !query.data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <SkeletonText lines={8} />;
  const text = query.data[locale].trim();
  if (!text) return <p className="text-quiet text-sm">{t("none")}</p>;
  return (
    <div className="text-sm [&_.markdown]:leading-5">
      <Markdown text={text} streaming={false} />
    </div>
  );
}

export function GuidelinesPanel({ onClose }: { onClose: () => void }) {
  const t = useTranslations("annotate.guidelines");
  return (
    <aside
      aria-labelledby="guidelines"
      className="sticky top-14 h-[calc(100dvh-3.5rem)] w-80 shrink-0 overflow-y-auto border-l bg-surface max-lg:hidden"
    >
      <div className="flex items-center justify-between gap-2 px-4 pt-3">
        <h2 id="guidelines" className="font-semibold text-sm">
          {t("title")}
        </h2>
        <IconButton label={t("close")} shortcut="O" size="sm" onClick={onClose}>
          <X />
        </IconButton>
      </div>
      <div className="px-4 pt-1 pb-6">
        <Guidelines />
      </div>
    </aside>
  );
}
