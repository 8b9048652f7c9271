// Renaming, deleting and keeping conversations out of training: the list changes at once and changes back if the server refuses.
"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { toast, toastWithUndo } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { useConversationCache } from "./conversation-cache.ts";
import type { ConversationSummary } from "./types.ts";

/** Of one scope one after the other: an undo must not overtake what it undoes. */
const DELETION = { id: "conversation.deletion" };
const TRAINING = { id: "conversation.training" };

export function useConversationActs(on?: { onDeleted: () => void; onRestored: () => void }) {
  const t = useTranslations("chat");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const cache = useConversationCache();
  const errorText = useErrorText();
  // The list as the server has it is the way back from a change that failed.
  const onError = (error: unknown) => {
    toast(errorText(error));
    void cache.refetchList();
  };

  const rename = useMutation(
    trpc.conversation.rename.mutationOptions({
      async onMutate({ id, title }) {
        await cache.cancelList();
        cache.updateList((summary) => (summary.id === id ? { ...summary, title } : summary));
        cache.setTitle(id, title);
      },
      onError(error, { id }) {
        onError(error);
        void cache.refetchConversation(id);
      },
    }),
  );
  const restore = useMutation(
    trpc.conversation.restore.mutationOptions({
      scope: DELETION,
      onSuccess() {
        on?.onRestored();
        void cache.refetchList();
      },
      onError,
    }),
  );
  const remove = useMutation(
    trpc.conversation.delete.mutationOptions({
      scope: DELETION,
      async onMutate({ id }) {
        await cache.cancelList();
        cache.updateList((summary) => (summary.id === id ? null : summary));
      },
      onError,
    }),
  );

  const training = useMutation(
    trpc.conversation.setTraining.mutationOptions({
      scope: TRAINING,
      async onMutate({ id, optOut }) {
        await cache.cancelList();
        await cache.cancelConversation(id);
        showTraining(id, optOut);
      },
      onError(error, { id }) {
        onError(error);
        void cache.refetchConversation(id);
      },
    }),
  );
  function showTraining(id: string, trainingOptOut: boolean): void {
    cache.updateList((summary) => (summary.id === id ? { ...summary, trainingOptOut } : summary));
    cache.setTraining(id, trainingOptOut);
  }

  return {
    setTraining({ id, title }: Pick<ConversationSummary, "id" | "title">, optOut: boolean) {
      training.mutate({ id, optOut });
      toastWithUndo(
        t(optOut ? "training.leftOut" : "training.takenIn", { title }),
        { label: common("undo"), onClick: () => training.mutate({ id, optOut: !optOut }) },
        `training:${id}`,
      );
    },
    rename: (id: string, title: string) => rename.mutate({ id, title }),
    remove({ id, title }: ConversationSummary) {
      remove.mutate({ id });
      on?.onDeleted();
      toastWithUndo(t("deleted", { title }), { label: common("undo"), onClick: () => restore.mutate({ id }) });
    },
  };
}
