// Puts pairs aside or takes them back, and offers to undo it.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { toast, toastWithUndo } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { type Inputs, useTRPC } from "../../_lib/trpc.ts";

export function useQuarantine(onDone: () => void = () => {}) {
  const t = useTranslations("data.pair");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const set = useMutation(
    trpc.pair.setQuarantine.mutationOptions({
      onError: (error) => toast(errorText(error)),
      onSettled: () =>
        Promise.all(
          [trpc.pair.pathKey(), trpc.lineage.pathKey(), trpc.overview.pathKey()].map((queryKey) =>
            queryClient.invalidateQueries({ queryKey }),
          ),
        ),
    }),
  );
  const put = (change: Inputs["pair"]["setQuarantine"]) =>
    set.mutate(change, {
      onSuccess: ({ changed }) => {
        onDone();
        toastWithUndo(t(change.quarantined ? "nowAside" : "nowBack", { count: changed }), {
          label: common("undo"),
          onClick: () => set.mutate({ ...change, quarantined: !change.quarantined }),
        });
      },
    });
  return { put, isPending: set.isPending };
}
