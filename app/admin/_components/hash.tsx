// A content hash: short for the eye, whole on hover and for the clipboard.
"use client";
import { useTranslations } from "next-intl";
import { CopyButton } from "../../_components/ui/copy-button.tsx";
import { cn } from "../../_lib/cn.ts";
import { shortHash } from "../_lib/format.ts";

type HashProps = { sha256: string; copy?: boolean; whole?: boolean; className?: string };

export function Hash({ sha256, copy = false, whole = false, className }: HashProps) {
  const t = useTranslations("admin.common");
  return (
    <span className={cn("inline-flex min-w-0 items-center gap-1", className)}>
      <code
        title={sha256}
        className={cn("font-mono text-[0.92em] in-[a]:underline in-[a]:underline-offset-2", whole && "break-all")}
      >
        {whole ? sha256 : shortHash(sha256)}
      </code>
      {copy && <CopyButton size="sm" text={sha256} label={t("copyHash")} className="print:hidden" />}
    </span>
  );
}
