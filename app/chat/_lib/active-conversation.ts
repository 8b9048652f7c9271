// Which conversation the address names, and how to go to another without asking the server for a page.
"use client";
import { usePathname } from "next/navigation";

const pathFor = (conversationId: string | null) => (conversationId ? `/chat/${conversationId}` : "/chat");

/** Null for a new conversation. */
export function useActiveConversationId(): string | null {
  return usePathname().split("/")[2] || null;
}

/** Next follows the history, so the chat's frame stays and only its content changes. */
export function openConversation(conversationId: string | null): void {
  window.history.pushState(null, "", pathFor(conversationId));
}

/** Gives a new conversation its address once it has one; "back" then leads to what came before it. */
export function nameNewConversation(conversationId: string): void {
  window.history.replaceState(null, "", pathFor(conversationId));
}

/** Read at the time of the call, for answers that arrive after the viewer may have moved on. */
export const isAtNewConversation = () => !window.location.pathname.split("/")[2];
