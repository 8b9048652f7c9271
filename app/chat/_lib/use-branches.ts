// Which branch of each conversation is on screen, remembered while the page is open.
"use client";
import { useMemo, useState } from "react";
import { type Choices, choose, pathOf } from "./message-tree.ts";
import type { Drafts, Message } from "./types.ts";

const NONE: Choices = new Map();

export function useBranches(conversationId: string | null, messages: Message[], drafts: Drafts[]) {
  const [byConversation, setByConversation] = useState<ReadonlyMap<string, Choices>>(new Map());
  const choices = (conversationId && byConversation.get(conversationId)) || NONE;
  const path = useMemo(() => pathOf(messages, choices, drafts), [messages, choices, drafts]);
  return {
    path,
    choose: (conversation: string, message: Message) =>
      setByConversation((old) => new Map(old).set(conversation, choose(old.get(conversation) ?? NONE, message))),
  };
}
