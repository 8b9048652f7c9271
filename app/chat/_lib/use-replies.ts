// Asking for replies: sending a prompt, regenerating, a reply beside another, retrying what failed. What was asked shows at once, before the answer.
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
  const compare = useMutation(trpc.message.compare.mutationOptions());
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
      drafts: ask.drafts,
    });
    cache.addMessages(
      result.conversationId,
      ask.content.slice(0, 60),
      [result.prompt, ...result.replies],
      result.drafts,
    );
    onBranch(result.conversationId, result.prompt);
    settleUnsent(ask.conversationId, result.conversationId, ask.content);
    if (ask.conversationId === null && isAtNewConversation()) nameNewConversation(result.conversationId);
    void cache.refetchList();
  }

  async function replyAsk({ kind, conversationId, ...input }: Ask & { kind: "regenerate" | "compare" }): Promise<void> {
    const { messageId, requestKey } = input;
    if (conversationId === null) return;
    if (kind === "compare") {
      const { replies, ...drafts } = await compare.mutateAsync({ messageId, requestKey });
      cache.addMessages(conversationId, "", replies, drafts);
      if (replies[0]) onBranch(conversationId, replies[0]);
    } else {
      const reply = await regenerate.mutateAsync({ messageId, requestKey });
      cache.addMessages(conversationId, "", [reply]);
      onBranch(conversationId, reply);
    }
  }

  async function run(ask: Ask): Promise<void> {
    asks.start(ask);
    try {
      await (ask.kind === "send" ? sendAsk(ask) : replyAsk(ask));
      asks.succeed(ask);
    } catch (error) {
      asks.fail(ask, error);
    }
  }

  const askBeside = (kind: "regenerate" | "compare", { id: messageId, parentId }: Message) =>
    run({ kind, conversationId, parentId, messageId, requestKey: newRequestKey() });

  return {
    pending,
    send: (content: string, parentId: string | null, drafts: "auto" | "always") =>
      run({ kind: "send", conversationId, parentId, content, requestKey: newRequestKey(), drafts }),
    regenerate: (reply: Message) => askBeside("regenerate", reply),
    /** Another reply beside this one, to choose between. */
    compare: (reply: Message) => askBeside("compare", reply),
    retry: () => (pending?.error ? run(pending.ask) : Promise.resolve()),
    dismiss: () => asks.dismiss(conversationId),
  };
}
