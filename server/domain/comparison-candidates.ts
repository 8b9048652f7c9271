/** Which replies annotators compare: those that were judged before come first, and no two that say the same. Pure. */

export interface SiblingReply {
  id: string;
  content: string;
  createdAt: Date;
  /** Thumbs and rankings it has. */
  judgements: number;
}

/** Fewer than this compare nothing. */
export const LEAST_CANDIDATES = 2;

/** At most `most` replies that differ in more than white space, judged ones first, then oldest first. */
export function chooseCandidates<Reply extends SiblingReply>(replies: readonly Reply[], most: number): Reply[] {
  const order = [...replies].sort(
    (a, b) => b.judgements - a.judgements || a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1),
  );
  const seen = new Set<string>();
  const different = order.filter(({ content }) => {
    const text = content.replace(/\s+/g, " ").trim();
    if (text === "" || seen.has(text)) return false;
    seen.add(text);
    return true;
  });
  return different.slice(0, most);
}
