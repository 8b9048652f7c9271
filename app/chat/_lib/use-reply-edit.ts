// Keeping a reply as it should have been, and taking such a text back.
"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { toast, toastWithUndo } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { newRequestKey } from "../../_lib/request-key.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { useConversationCache } from "./conversation-cache.ts";
import type { Message } from "./types.ts";

/** `onShow` is given the message that is to be on screen after the change. */
export function useReplyEdit(conversationId: string, message: Message, onShow: (message: Message) => void) {
  const t = useTranslations("chat.edit");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const cache = useConversationCache();
  const errorText = useErrorText();
  const edit = useMutation(trpc.feedback.edit.mutationOptions());
  const withdraw = useMutation(trpc.feedback.withdrawEdit.mutationOptions());

  /** @returns whether it was kept; if not, a toast has said why */
  async function save(messageId: string, content: string, back: () => void): Promise<boolean> {
    try {
      const edited = await edit.mutateAsync({ messageId, content, requestKey: newRequestKey() });
      await cache.fetchConversation(conversationId);
      onShow(edited);
      const id = `edit:${edited.id}`;
      toastWithUndo(t("saved"), { label: common("undo"), onClick: () => void takeBack(edited, back) }, id);
      return true;
    } catch (error) {
      toast(errorText(error));
      return false;
    }
  }

  async function takeBack(edited: Message, after: () => void): Promise<void> {
    try {
      await withdraw.mutateAsync({ messageId: edited.id });
      await cache.fetchConversation(conversationId);
      after();
    } catch (error) {
      toast(errorText(error));
    }
  }

  /** The reply that a text stands in the place of. */
  const originalId = message.edit?.originalId ?? message.id;
  const showOriginal = () => {
    const original = cache.readMessage(conversationId, originalId);
    if (original) onShow(original);
  };

  return {
    saving: edit.isPending,
    save: (content: string) => save(message.id, content, () => onShow(message)),
    withdraw: () =>
      void takeBack(message, () => {
        showOriginal();
        toastWithUndo(
          t("withdrawn"),
          { label: common("undo"), onClick: () => void save(originalId, message.content, showOriginal) },
          `edit:${message.id}`,
        );
      }),
  };
}
