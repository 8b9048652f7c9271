// Asking for replies: sending a prompt, regenerating, retrying what failed. What was asked shows at once, before the answer.
"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { newRequestKey } from "../../_lib/request-key.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { isAtNewConversation, nameNewConversation } from "./active-conversation.ts";
import { useConversationCache } from "./conversation-cache.ts";
import { settleDraft } from "./drafts.ts";
import type { Message } from "./types.ts";

type AskBase = {
  conversationId: string | null;
  /** The message the new branch grows from: of a prompt its parent, of a regenerated reply its prompt. */
  parentId: string | null;
  /** The same for every try, so that a try whose answer was lost does not make a second message. */
  requestKey: string;
};
/** Something asked of the server that it has not confirmed. */
type Ask = AskBase & ({ kind: "send"; content: string } | { kind: "regenerate"; messageId: string });
export type PendingAsk = { ask: Ask; error: unknown | null };

type RepliesOptions = {
  conversationId: string | null;
  /** Called with a message that the server made, so that its branch is the one on screen. */
  onBranch: (conversationId: string, message: Message) => void;
};

export function useReplies({ conversationId, onBranch }: RepliesOptions) {
  const trpc = useTRPC();
  const cache = useConversationCache();
  const send = useMutation(trpc.message.send.mutationOptions());
  const regenerate = useMutation(trpc.message.regenerate.mutationOptions());
  const [pending, setPending] = useState<PendingAsk | null>(null);

  async function sendAsk(ask: Ask & { kind: "send" }): Promise<void> {
    const result = await send.mutateAsync({
      conversationId: ask.conversationId ?? undefined,
      parentId: ask.parentId,
      content: ask.content,
      requestKey: ask.requestKey,
    });
    cache.addMessages(result.conversationId, ask.content.slice(0, 60), [result.prompt, result.reply]);
    onBranch(result.conversationId, result.prompt);
    settleDraft(ask.conversationId, result.conversationId, ask.content);
    if (ask.conversationId === null && isAtNewConversation()) nameNewConversation(result.conversationId);
    void cache.refetchList();
  }

  async function regenerateAsk(ask: Ask & { kind: "regenerate" }): Promise<void> {
    const reply = await regenerate.mutateAsync({ messageId: ask.messageId, requestKey: ask.requestKey });
    if (ask.conversationId === null) return;
    cache.addMessages(ask.conversationId, "", [reply]);
    onBranch(ask.conversationId, reply);
  }

  async function run(ask: Ask): Promise<void> {
    setPending({ ask, error: null });
    try {
      await (ask.kind === "send" ? sendAsk(ask) : regenerateAsk(ask));
      setPending((now) => (now?.ask === ask ? null : now));
    } catch (error) {
      setPending((now) => (now?.ask === ask ? { ask, error } : now));
    }
  }

  // An ask belongs to the conversation it was made in; another conversation does not show it.
  const shown = pending && pending.ask.conversationId === conversationId ? pending : null;
  return {
    pending: shown,
    send: (content: string, parentId: string | null) =>
      run({ kind: "send", conversationId, parentId, content, requestKey: newRequestKey() }),
    regenerate: (reply: Message) =>
      run({
        kind: "regenerate",
        conversationId,
        parentId: reply.parentId,
        messageId: reply.id,
        requestKey: newRequestKey(),
      }),
    retry: () => (shown?.error ? run(shown.ask) : Promise.resolve()),
    dismiss: () => setPending(null),
  };
}
