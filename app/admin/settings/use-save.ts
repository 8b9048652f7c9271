// Saves settings, says so, and offers to put the values back that were there before.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { toast, toastWithUndo } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { type Inputs, type Outputs, useTRPC } from "../../_lib/trpc.ts";

export type Settings = Outputs["setting"]["get"];
type Change = Inputs["setting"]["set"];

export function useSaveSettings() {
  const t = useTranslations("data.settings");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const set = useMutation(
    trpc.setting.set.mutationOptions({
      onSuccess: (settings) => {
        queryClient.setQueryData(trpc.setting.get.queryKey(), settings);
        void queryClient.invalidateQueries({ queryKey: trpc.audit.pathKey() });
      },
      onError: (error) => toast(errorText(error), { duration: 10_000 }),
    }),
  );
  /** `done` is said once it is stored. */
  const save = (change: Change, done?: string) => {
    const before = queryClient.getQueryData(trpc.setting.get.queryKey());
    set.mutate(change, {
      onSuccess: () => {
        const undo =
          before && Object.fromEntries(Object.keys(change).map((key) => [key, before[key as keyof Settings]]));
        if (!undo) return void toast(done ?? t("saved"));
        toastWithUndo(done ?? t("saved"), { label: common("undo"), onClick: () => set.mutate(undo) });
      },
    });
  };
  return { save, isPending: set.isPending, variables: set.isPending ? set.variables : undefined };
}
