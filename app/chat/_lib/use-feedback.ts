// Giving and taking back feedback on a reply: shown at once, taken back on screen if the server refuses.
"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { toast, toastWithUndo } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { useConversationCache } from "./conversation-cache.ts";
import type { Feedback, Message } from "./types.ts";

type Thumb = { value: 1 | -1; reasons?: string[]; comment?: string };

export function useFeedback(conversationId: string, message: Message) {
  const t = useTranslations("chat.feedback");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const cache = useConversationCache();
  const errorText = useErrorText();

  /** Shows `feedback` and gives back what stood there before. */
  const show = async (feedback: Feedback | null) => {
    await cache.cancelConversation(conversationId);
    const before = cache.readMessage(conversationId, message.id)?.feedback ?? null;
    cache.updateMessage(conversationId, message.id, (old) => ({ ...old, feedback }));
    return { before };
  };
  const rollBack = (error: unknown, shown: { before: Feedback | null } | undefined) => {
    if (shown) cache.updateMessage(conversationId, message.id, (old) => ({ ...old, feedback: shown.before }));
    toast(errorText(error));
  };
  // One at a time per reply, so that two quick clicks arrive in their order.
  const scope = { id: `feedback:${message.id}` };

  const set = useMutation(
    trpc.feedback.set.mutationOptions({
      scope,
      onMutate: ({ value, reasons, comment }) => show({ value, reasons: reasons ?? [], comment: comment ?? null }),
      onError: (error, _input, shown) => rollBack(error, shown),
    }),
  );
  const clear = useMutation(
    trpc.feedback.clear.mutationOptions({
      scope,
      onMutate: () => show(null),
      onError: (error, _input, shown) => rollBack(error, shown),
    }),
  );
  const give = (thumb: Thumb) => set.mutate({ messageId: message.id, ...thumb });
  const take = () => clear.mutate({ messageId: message.id });
  return {
    set: give,
    clear: take,
    /** Takes it back and offers to undo that. */
    withdraw(): void {
      const { feedback } = message;
      take();
      if (!feedback) return;
      const { value, reasons, comment } = feedback;
      toastWithUndo(
        t("withdrawn"),
        { label: common("undo"), onClick: () => give({ value, reasons, comment: comment ?? undefined }) },
        `feedback:${message.id}`,
      );
    },
  };
}
