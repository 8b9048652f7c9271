// The quiet badge under a reply that names the release which spoke it, and tells what a release is.
"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { CopyButton } from "../../_components/ui/copy-button.tsx";
import { Popover } from "../../_components/ui/popover.tsx";
import { useViewer } from "../../_lib/viewer.ts";
import type { Release } from "../_lib/types.ts";

const SHOWN_DIGITS = 6;

export function ReleaseBadge({ release }: { release: Release }) {
  const t = useTranslations("chat.release");
  const viewer = useViewer();
  const { number, adapterSha256, adapterId } = release;
  const short = `r${number} · ${adapterSha256 ? adapterSha256.slice(0, SHOWN_DIGITS) : t("base")}`;
  return (
    <Popover
      label={t("title", { number })}
      align="end"
      trigger={
        <button
          type="button"
          aria-label={t("badge", { release: short })}
          className="h-7 rounded-md px-1.5 font-mono text-faint text-xs hover:bg-hover hover:text-ink"
        >
          {short}
        </button>
      }
    >
      <p className="font-medium">{t("title", { number })}</p>
      <p className="mt-1 text-quiet">{adapterSha256 ? t("learned") : t("untrained")}</p>
      {adapterSha256 && (
        <div className="mt-3 flex items-center gap-1 rounded-md bg-sunken py-0.5 pr-0.5 pl-2">
          <code className="min-w-0 flex-1 truncate font-mono text-xs">{adapterSha256}</code>
          <CopyButton text={adapterSha256} label={t("copyHash")} size="sm" />
        </div>
      )}
      <p className="mt-3 text-quiet">{t("yourPart")}</p>
      {viewer?.role === "ADMIN" && adapterId && (
        <Link
          href={`/admin/adapters/${adapterId}`}
          className="mt-3 inline-block text-accent underline underline-offset-2"
        >
          {t("openAdapter")}
        </Link>
      )}
    </Popover>
  );
}
