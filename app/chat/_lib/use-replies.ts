// Asking for replies: sending a prompt, regenerating, retrying what failed. What was asked shows at once, before the answer.
"use client";
import { useMutation } from "@tanstack/react-query";
import { useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import { newRequestKey } from "../../_lib/request-key.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { isAtNewConversation, nameNewConversation } from "./active-conversation.ts";
import { useConversationCache } from "./conversation-cache.ts";
import { type Ask, createPendingAsks } from "./pending-asks.ts";
import type { Message } from "./types.ts";
import { settleUnsent } from "./unsent.ts";

type RepliesOptions = {
  conversationId: string | null;
  /** Called with a message that the server made, so that its branch is the one on screen. */
  onBranch: (conversationId: string, message: Message) => void;
  /** Called with words that could not be sent and have no place on screen any more. */
  onUnsent: (conversationId: string | null, content: string) => void;
};

export function useReplies({ conversationId, onBranch, onUnsent }: RepliesOptions) {
  const trpc = useTRPC();
  const cache = useConversationCache();
  const send = useMutation(trpc.message.send.mutationOptions());
  const regenerate = useMutation(trpc.message.regenerate.mutationOptions());
  const unsent = useRef(onUnsent);
  useLayoutEffect(() => {
    unsent.current = onUnsent;
  });
  const [asks] = useState(() => createPendingAsks((id, content) => unsent.current(id, content)));
  const current = () => asks.get(conversationId);
  const pending = useSyncExternalStore(asks.subscribe, current, () => null);

  async function sendAsk(ask: Ask & { kind: "send" }): Promise<void> {
    const result = await send.mutateAsync({
      conversationId: ask.conversationId ?? undefined,
      parentId: ask.parentId,
      content: ask.content,
      requestKey: ask.requestKey,
    });
    cache.addMessages(result.conversationId, ask.content.slice(0, 60), [result.prompt, result.reply]);
    onBranch(result.conversationId, result.prompt);
    settleUnsent(ask.conversationId, result.conversationId, ask.content);
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
    asks.start(ask);
    try {
      await (ask.kind === "send" ? sendAsk(ask) : regenerateAsk(ask));
      asks.succeed(ask);
    } catch (error) {
      asks.fail(ask, error);
    }
  }

  return {
    pending,
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
    retry: () => (pending?.error ? run(pending.ask) : Promise.resolve()),
    dismiss: () => asks.dismiss(conversationId),
  };
}
