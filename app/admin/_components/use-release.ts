// Moving the live release: activation and rollback, what they say when done, and which lists they make stale.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { releaseName } from "../_lib/format.ts";

export function useRelease(onDone: () => void) {
  const t = useTranslations("admin.release");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const options = {
    onSuccess: (release: { number: number; adapterSha256: string | null }) =>
      void toast(t("nowLive", { release: releaseName(release) })),
    onError: (error: unknown) => void toast(errorText(error), { duration: 10_000 }),
    onSettled: async () => {
      onDone();
      await Promise.all(
        [
          trpc.deployment.pathKey(),
          trpc.gate.pathKey(),
          trpc.adapter.pathKey(),
          trpc.overview.pathKey(),
          trpc.run.get.pathKey(),
        ].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
      );
    },
  };
  const activate = useMutation(trpc.deployment.activate.mutationOptions(options));
  const rollBack = useMutation(trpc.deployment.rollback.mutationOptions(options));
  return { activate, rollBack };
}
