// Activation: what it says when done, and which lists it makes stale.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { releaseName } from "../_lib/format.ts";

export function useActivate(onDone: () => void) {
  const t = useTranslations("admin.release");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  return useMutation(
    trpc.deployment.activate.mutationOptions({
      onSuccess: (release) => void toast(t("nowLive", { release: releaseName(release) })),
      onError: (error) => void toast(errorText(error), { duration: 10_000 }),
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
    }),
  );
}
