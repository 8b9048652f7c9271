// What was typed and not sent, kept per conversation in this browser.

const key = (conversationId: string | null) => `hone.draft.${conversationId ?? "new"}`;

/** Storage can be full, or refused in private windows; a kept text is a comfort, so both are taken in silence. */
function quietly<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

export function readUnsent(conversationId: string | null): string {
  return quietly(() => localStorage.getItem(key(conversationId)) ?? "", "");
}

export function writeUnsent(conversationId: string | null, text: string): void {
  quietly(() => {
    if (text.trim()) localStorage.setItem(key(conversationId), text);
    else localStorage.removeItem(key(conversationId));
  }, undefined);
}

/** Puts words that could not be sent before whatever was typed since. */
export const putBefore = (unsent: string, typed: string) => (typed.trim() ? `${unsent}\n\n${typed}` : unsent);

/**
 * After `sent` arrived: forgets it in the place it was typed in. Anything typed there since moves along to the
 * conversation that the first prompt made.
 */
export function settleUnsent(from: string | null, to: string, sent: string): void {
  const kept = readUnsent(from);
  if (kept.trim() === sent.trim()) writeUnsent(from, "");
  else if (from === null) {
    writeUnsent(to, kept);
    writeUnsent(null, "");
  }
}
