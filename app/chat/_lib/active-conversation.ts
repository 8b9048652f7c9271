// Which conversation the address names, and how to go to another without asking the server for a page.
"use client";
import { usePathname } from "next/navigation";
import { useSyncExternalStore } from "react";

const pathFor = (conversationId: string | null) => (conversationId ? `/chat/${conversationId}` : "/chat");
const idIn = (pathname: string) => pathname.split("/")[2] || null;
const idInAddress = () => idIn(window.location.pathname);

const listeners = new Set<() => void>();

function subscribe(onChange: () => void) {
  listeners.add(onChange);
  window.addEventListener("popstate", onChange);
  return () => {
    listeners.delete(onChange);
    window.removeEventListener("popstate", onChange);
  };
}

const notify = () => {
  for (const listener of listeners) listener();
};

/**
 * Null for a new conversation. Read from the address itself: Next's own pathname follows a moment later, and words typed
 * in that moment would land in the conversation before.
 */
export function useActiveConversationId(): string | null {
  const pathname = usePathname();
  return useSyncExternalStore(subscribe, idInAddress, () => idIn(pathname));
}

/** Next follows the history, so the chat's frame stays and only its content changes. */
export function openConversation(conversationId: string | null): void {
  if (conversationId === idInAddress()) return;
  window.history.pushState(null, "", pathFor(conversationId));
  notify();
}

/** Gives a new conversation its address once it has one; "back" then leads to what came before it. */
export function nameNewConversation(conversationId: string): void {
  window.history.replaceState(null, "", pathFor(conversationId));
  notify();
}

/** Read at the time of the call, for answers that arrive after the viewer may have moved on. */
export const isAtNewConversation = () => idInAddress() === null;
