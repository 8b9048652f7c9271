// Says on an adapter's page that something it learned from was erased, with the one click that trains it anew without that.
"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Notice } from "../../_components/ui/notice.tsx";
import type { Outputs } from "../../_lib/trpc.ts";
import { RetrainButton } from "./retrain-button.tsx";

type FlagNoticeProps = { adapterId: string; erasures: Outputs["lineage"]["adapter"]["erasures"] };

export function FlagNotice({ adapterId, erasures }: FlagNoticeProps) {
  const t = useTranslations("data.erasure");
  return erasures.map(({ id, examples, inherited, retrainedBy }) => (
    <Notice
      key={id}
      tone="warning"
      action={<RetrainButton adapterId={adapterId} erasureId={id} retrainedBy={retrainedBy} />}
    >
      {t(inherited ? "flaggedInherited" : "flaggedNotice", { count: examples })}{" "}
      <Link href={`/admin/erasures/${id}`} className="underline underline-offset-2">
        {t("see")}
      </Link>
    </Notice>
  ));
}
