// What was typed and not sent, kept per conversation in this browser.

const key = (conversationId: string | null) => `hone.draft.${conversationId ?? "new"}`;

/** Storage can be full, or refused in private windows; a draft is a comfort, so both are taken in silence. */
function quietly<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

export function readDraft(conversationId: string | null): string {
  return quietly(() => localStorage.getItem(key(conversationId)) ?? "", "");
}

export function writeDraft(conversationId: string | null, text: string): void {
  quietly(() => {
    if (text.trim()) localStorage.setItem(key(conversationId), text);
    else localStorage.removeItem(key(conversationId));
  }, undefined);
}

/** Puts words that could not be sent before whatever was typed since. */
export const withUnsent = (unsent: string, typed: string) => (typed.trim() ? `${unsent}\n\n${typed}` : unsent);

/**
 * After `sent` arrived: forgets it as a draft of the place it was typed in. Anything typed there since moves along to the
 * conversation that the first prompt made.
 */
export function settleDraft(from: string | null, to: string, sent: string): void {
  const draft = readDraft(from);
  if (draft.trim() === sent.trim()) writeDraft(from, "");
  else if (from === null) {
    writeDraft(to, draft);
    writeDraft(null, "");
  }
}
