// Writes to the cached conversations, so that the screen changes before the server's answer is fetched again.
"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTRPC } from "../../_lib/trpc.ts";
import type { Conversation, ConversationPages, ConversationSummary, Drafts, Message } from "./types.ts";

export function useConversationCache() {
  const trpc = useTRPC();
  const client = useQueryClient();
  return useMemo(() => {
    const updateConversation = (id: string, change: (conversation: Conversation) => Conversation) =>
      client.setQueryData(trpc.conversation.get.queryKey({ id }), (old) => old && change(old));

    const updateMessage = (conversationId: string, messageId: string, change: (message: Message) => Message) =>
      updateConversation(conversationId, (conversation) => ({
        ...conversation,
        messages: conversation.messages.map((message) => (message.id === messageId ? change(message) : message)),
      }));

    return {
      updateMessage,

      updateDrafts(conversationId: string, drafts: Drafts): void {
        updateConversation(conversationId, (conversation) => ({
          ...conversation,
          drafts: conversation.drafts.map((old) => (old.comparisonId === drafts.comparisonId ? drafts : old)),
        }));
      },
      setTraining(id: string, trainingOptOut: boolean): void {
        updateConversation(id, (conversation) => ({ ...conversation, trainingOptOut }));
      },

      /** Adds messages the cache does not have, and their drafts if they stand side by side; makes the conversation when it is new. */
      addMessages(conversationId: string, title: string, added: Message[], beside: Drafts | null = null): void {
        client.setQueryData(trpc.conversation.get.queryKey({ id: conversationId }), (old) => {
          const conversation = old ?? { id: conversationId, title, messages: [], drafts: [], trainingOptOut: false };
          const known = new Set(conversation.messages.map(({ id }) => id));
          const drafts = conversation.drafts.filter(({ comparisonId }) => comparisonId !== beside?.comparisonId);
          return {
            ...conversation,
            messages: [...conversation.messages, ...added.filter(({ id }) => !known.has(id))],
            drafts: beside ? [...drafts, beside] : drafts,
          };
        });
      },

      setTitle(id: string, title: string): void {
        updateConversation(id, (conversation) => ({ ...conversation, title }));
      },

      /** Changes every cached page of the list, searches included; returning null removes the entry. */
      updateList(change: (summary: ConversationSummary) => ConversationSummary | null): void {
        client.setQueriesData<ConversationPages>(
          trpc.conversation.list.infiniteQueryFilter(),
          (old) =>
            old && {
              ...old,
              pages: old.pages.map((page) => ({
                ...page,
                items: page.items.map(change).filter((item) => item !== null),
              })),
            },
        );
      },

      refetchList: () => client.invalidateQueries(trpc.conversation.list.infiniteQueryFilter()),
      refetchConversation: (id: string) => client.invalidateQueries(trpc.conversation.get.queryFilter({ id })),
      cancelConversation: (id: string) => client.cancelQueries(trpc.conversation.get.queryFilter({ id })),
      cancelList: () => client.cancelQueries(trpc.conversation.list.infiniteQueryFilter()),
      /** Asks for it anew and waits for the answer. */
      fetchConversation: (id: string) =>
        client.fetchQuery(trpc.conversation.get.queryOptions({ id }, { staleTime: 0 })),
      readDrafts: (conversationId: string, comparisonId: string): Drafts | undefined =>
        client
          .getQueryData(trpc.conversation.get.queryKey({ id: conversationId }))
          ?.drafts.find((drafts) => drafts.comparisonId === comparisonId),
      readMessage: (conversationId: string, messageId: string): Message | undefined =>
        client
          .getQueryData(trpc.conversation.get.queryKey({ id: conversationId }))
          ?.messages.find(({ id }) => id === messageId),
    };
  }, [client, trpc]);
}
