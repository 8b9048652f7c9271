// One click starts the run that makes an adapter anew without what was erased; afterwards it leads to that run.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";

type RetrainButtonProps = {
  adapterId: string;
  erasureId: string;
  retrainedBy: { runId: string; status: string } | null;
  /** The accessible name, where several stand under one another. */
  label?: string;
};

export function RetrainButton({ adapterId, erasureId, retrainedBy, label }: RetrainButtonProps) {
  const t = useTranslations("data.erasure");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const retrain = useMutation(
    trpc.erasure.retrain.mutationOptions({
      onSuccess: () => toast(t("started")),
      onError: (error) => toast(errorText(error), { duration: 10_000 }),
      onSettled: () =>
        Promise.all(
          [trpc.erasure.pathKey(), trpc.lineage.pathKey(), trpc.run.pathKey(), trpc.overview.pathKey()].map(
            (queryKey) => queryClient.invalidateQueries({ queryKey }),
          ),
        ),
    }),
  );
  // A run that came to nothing is no answer: it may be started again.
  const over = retrainedBy !== null && ["FAILED", "CANCELLED"].includes(retrainedBy.status);
  const runId = retrain.data?.runId ?? (over ? undefined : retrainedBy?.runId);
  if (runId) {
    return (
      <Button asChild size="sm">
        <Link href={`/admin/runs/${runId}`}>{t("seeRun")}</Link>
      </Button>
    );
  }
  return (
    <Button
      size="sm"
      aria-label={label}
      busy={retrain.isPending}
      onClick={() => retrain.mutate({ adapterId, erasureId })}
    >
      {t("retrain")}
    </Button>
  );
}
