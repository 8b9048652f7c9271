// Choosing among replies that stand side by side: shown at once, undone by a toast, taken back on screen if refused.
"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { toast, toastWithUndo } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { useConversationCache } from "./conversation-cache.ts";
import { letterOf } from "./drafts.ts";
import type { DraftChoice, Drafts } from "./types.ts";

type Shown = { before: Drafts | undefined };

/** `onChange` is told what the drafts have become as soon as it is on screen, undoing included. */
export function useDraftChoice(conversationId: string | null, onChange: (drafts: Drafts) => void) {
  const t = useTranslations("chat.drafts");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const cache = useConversationCache();
  const errorText = useErrorText();

  async function show(comparisonId: string, choice: DraftChoice | null): Promise<Shown> {
    if (!conversationId) return { before: undefined };
    await cache.cancelConversation(conversationId);
    const before = cache.readDrafts(conversationId, comparisonId);
    put(before && { ...before, choice });
    return { before };
  }
  function put(drafts: Drafts | undefined): void {
    if (!conversationId || !drafts) return;
    cache.updateDrafts(conversationId, drafts);
    onChange(drafts);
  }
  const onError = (error: unknown, _input: unknown, shown: Shown | undefined) => {
    put(shown?.before);
    toast(errorText(error));
  };
  // Which release spoke is told once there is a choice, and hidden again without one.
  const onSettled = () => conversationId && cache.refetchConversation(conversationId);
  // One at a time, so that two quick presses arrive in their order.
  const scope = { id: `drafts:${conversationId}` };

  const choose = useMutation(
    trpc.feedback.choose.mutationOptions({
      scope,
      onMutate: ({ comparisonId, choice }) => show(comparisonId, choice),
      onError,
      onSettled,
    }),
  );
  const unchoose = useMutation(
    trpc.feedback.unchoose.mutationOptions({
      scope,
      onMutate: ({ comparisonId }) => show(comparisonId, null),
      onError,
      onSettled,
    }),
  );
  const give = ({ comparisonId }: Drafts, choice: DraftChoice | null) =>
    choice ? choose.mutate({ comparisonId, choice }) : unchoose.mutate({ comparisonId });

  return {
    choose(drafts: Drafts, choice: DraftChoice): void {
      give(drafts, choice);
      const letter = choice.kind === "PICK" ? letterOf(drafts.shown.indexOf(choice.messageId)) : "";
      toastWithUndo(
        t(`noted.${choice.kind}`, { letter }),
        { label: common("undo"), onClick: () => give(drafts, drafts.choice) },
        drafts.comparisonId,
      );
    },
    withdraw(drafts: Drafts): void {
      const { choice } = drafts;
      give(drafts, null);
      if (!choice) return;
      toastWithUndo(
        t("withdrawn"),
        { label: common("undo"), onClick: () => give(drafts, choice) },
        drafts.comparisonId,
      );
    },
  };
}
