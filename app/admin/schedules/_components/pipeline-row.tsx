// The stages of a pipeline in a row, each with the run it became.
"use client";
import { ArrowRight } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { TrainingMethod } from "../../../../server/domain/run-config.ts";
import { RunStatusBadge } from "../../_components/run-status.tsx";
import type { RunStatus } from "../../_lib/run-states.ts";

type PipelineRowProps = {
  stages: readonly { method: TrainingMethod; run?: { id: string; status: RunStatus } | null }[];
};

export function PipelineRow({ stages }: PipelineRowProps) {
  const t = useTranslations("training");
  return (
    <ol className="flex flex-wrap items-center gap-x-1.5 gap-y-1">
      {stages.map(({ method, run }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place
        <li key={index} className="flex items-center gap-1.5">
          {index > 0 && <ArrowRight aria-hidden className="size-3.5 text-faint" />}
          <span className="flex items-center gap-1.5 rounded-md border px-2 py-0.5 text-sm">
            {run ? (
              <Link href={`/admin/runs/${run.id}`} className="underline underline-offset-2">
                {t(`method.${method}`)}
              </Link>
            ) : (
              t(`method.${method}`)
            )}
            {run && <RunStatusBadge status={run.status} />}
          </span>
        </li>
      ))}
    </ol>
  );
}
