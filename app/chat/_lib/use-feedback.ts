// Giving and taking back feedback on a reply: shown at once, taken back on screen if the server refuses.
"use client";
import { useMutation } from "@tanstack/react-query";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { useConversationCache } from "./conversation-cache.ts";
import type { Feedback, FeedbackReason, Message } from "./types.ts";

export function useFeedback(conversationId: string, message: Message) {
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
  return {
    set: (feedback: { value: 1 | -1; reasons?: FeedbackReason[]; comment?: string }) =>
      set.mutate({ messageId: message.id, ...feedback }),
    clear: () => clear.mutate({ messageId: message.id }),
  };
}
