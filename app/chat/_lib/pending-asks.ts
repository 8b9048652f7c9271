// What was asked of the server and is not confirmed, one per conversation. Words that could not be sent are never dropped.

type AskBase = {
  conversationId: string | null;
  /** The message the new branch grows from: of a prompt its parent, of a further reply its prompt. */
  parentId: string | null;
  /** The same for every try, so that a try whose answer was lost does not make a second message. */
  requestKey: string;
};
export type Ask = AskBase &
  (
    | { kind: "send"; content: string; drafts: "auto" | "always" }
    | { kind: "regenerate" | "compare"; messageId: string }
  );
/** `error` is what the last try threw, null while it is under way. */
export type PendingAsk = { ask: Ask; error: unknown };

/** `onUnsent` is given the words of an ask that failed and has no place on screen any more. */
export function createPendingAsks(onUnsent: (conversationId: string | null, content: string) => void) {
  const pending = new Map<string | null, PendingAsk>();
  const listeners = new Set<() => void>();

  const put = (conversationId: string | null, entry: PendingAsk | null) => {
    if (entry) pending.set(conversationId, entry);
    else pending.delete(conversationId);
    for (const listener of listeners) listener();
  };
  const isShown = (ask: Ask) => pending.get(ask.conversationId)?.ask === ask;
  const giveBack = (ask: Ask) => ask.kind === "send" && onUnsent(ask.conversationId, ask.content);

  return {
    get: (conversationId: string | null) => pending.get(conversationId) ?? null,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Shows the ask as under way, in the place of one that failed before it. */
    start(ask: Ask): void {
      const before = pending.get(ask.conversationId);
      put(ask.conversationId, { ask, error: null });
      if (before && before.ask !== ask && before.error !== null) giveBack(before.ask);
    },
    succeed(ask: Ask): void {
      if (isShown(ask)) put(ask.conversationId, null);
    },
    fail(ask: Ask, error: unknown): void {
      if (isShown(ask)) put(ask.conversationId, { ask, error });
      else giveBack(ask);
    },
    /** The viewer gives up on what failed. */
    dismiss(conversationId: string | null): void {
      const entry = pending.get(conversationId);
      if (!entry) return;
      put(conversationId, null);
      giveBack(entry.ask);
    },
  };
}
