// The check prompts and what can be done with them: written, changed, switched, deleted and put back.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { CheckPromptView } from "../../../../server/domain/views/gate.ts";
import { toast, toastWithUndo } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useTRPC } from "../../../_lib/trpc.ts";

export function useChecks() {
  const trpc = useTRPC();
  return useQuery(trpc.check.list.queryOptions());
}

export function useCheckActs(onSaved: () => void = () => {}) {
  const t = useTranslations("gate.checks");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const settled = {
    onError: (error: unknown) => void toast(errorText(error), { duration: 10_000 }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.check.pathKey() }),
  };
  const saved = () => {
    toast(t("saved"));
    onSaved();
  };
  const create = useMutation(trpc.check.create.mutationOptions({ ...settled, onSuccess: saved }));
  const update = useMutation(trpc.check.update.mutationOptions({ ...settled, onSuccess: saved }));
  const putBack = useMutation(trpc.check.create.mutationOptions(settled));
  const remove = useMutation(trpc.check.delete.mutationOptions(settled));
  /** Shown at once, and taken back where the server says no. */
  const enable = useMutation(
    trpc.check.update.mutationOptions({
      ...settled,
      onMutate: ({ id, enabled }) =>
        queryClient.setQueryData(trpc.check.list.queryKey(), (checks) =>
          checks?.map((check) => (check.id === id ? { ...check, enabled: enabled ?? check.enabled } : check)),
        ),
    }),
  );
  return {
    create,
    update,
    enable,
    remove: ({ id, kind, prompt, check, enabled }: CheckPromptView) =>
      remove.mutate(
        { id },
        {
          onSuccess: () =>
            toastWithUndo(t("deleted"), {
              label: common("undo"),
              onClick: () => putBack.mutate({ kind, prompt, check, enabled }),
            }),
        },
      ),
  };
}
