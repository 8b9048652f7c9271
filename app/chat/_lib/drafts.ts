// Replies to one prompt that stand side by side until one is chosen: pure rules of what is shown, what may be chosen and
// where the conversation goes on.
import { type Drafts, isRunning, type Message } from "./types.ts";

/** As the reader sees them: A stands first. */
export const letterOf = (place: number) => String.fromCharCode(65 + place);

/** The newest drafts that a reply is one of. */
export const draftsOf = (messageId: string, drafts: readonly Drafts[]): Drafts | undefined =>
  drafts.findLast(({ shown }) => shown.includes(messageId));

/** Whether the reader must not know yet which release spoke: knowing would bend the choice. */
export const isBlind = (messageId: string, drafts: readonly Drafts[]): boolean =>
  drafts.some(({ shown, choice }) => choice === null && shown.includes(messageId));

/**
 * The drafts that stand side by side in a reply's place: at the end of the path those that wait for a choice, anywhere
 * those that the reader opened again. Once the conversation went on from one of them, it stands alone.
 */
export function draftsInPlaceOf(
  messageId: string,
  drafts: readonly Drafts[],
  { last, reopened }: { last: boolean; reopened: string | null },
): Drafts | null {
  const found = draftsOf(messageId, drafts);
  return found && ((last && found.choice === null) || found.comparisonId === reopened) ? found : null;
}

/** Drafts in their shown order. One that is not loaded yet is left out. */
export const repliesOf = (drafts: Drafts, messages: readonly Message[]): Message[] =>
  drafts.shown.flatMap((id) => messages.find((message) => message.id === id) ?? []);

/** A reply that says something and has ended: it can be chosen, and the conversation can go on from it. */
export const isWhole = ({ status, content }: Pick<Message, "status" | "content">) =>
  (status === "COMPLETE" || status === "INTERRUPTED") && content !== "";

export interface Choosable {
  /** Every draft has ended, so nobody judges half a reply. */
  ended: boolean;
  /** Drafts that may be picked. */
  pick: ReadonlySet<string>;
  /** Tie and both bad need two replies to speak of. */
  neither: boolean;
}

export function choosable(replies: readonly Message[]): Choosable {
  const ended = replies.length > 1 && !replies.some(isRunning);
  const whole = replies.filter(isWhole);
  return {
    ended,
    pick: new Set(ended ? whole.map(({ id }) => id) : []),
    neither: ended && whole.length === replies.length,
  };
}

/** The draft that the next prompt answers when the reader writes on without a choice: the one looked at, else the first. */
export function goesOnFrom(replies: readonly Message[], lookedAt: string | null): Message | undefined {
  return replies.find(({ id, ...reply }) => id === lookedAt && isWhole(reply)) ?? replies.find(isWhole);
}
