// A conversation is a tree (regenerated replies and edited prompts are siblings); these pure functions pick the path on screen.
import type { Drafts } from "./types.ts";

/** What the tree needs to know of a message. Siblings come oldest first. */
type TreeMessage = { id: string; parentId: string | null; createdAt: Date };

/** Which child the viewer chose under a parent; `ROOT` stands for the place before the first message. */
export type Choices = ReadonlyMap<string, string>;
const ROOT = "root";

/** What the tree needs to know of replies that stood side by side. */
type TreeDrafts = Pick<Drafts, "shown" | "choice">;

/** The draft that the conversation goes on from: the picked one, or the first where none was better; null: not chosen yet. */
function continued({ shown, choice }: TreeDrafts): string | undefined {
  return choice?.kind === "PICK" ? choice.messageId : choice ? shown[0] : undefined;
}

const parentKey = (message: Pick<TreeMessage, "parentId">) => message.parentId ?? ROOT;

/** Children by parent, oldest first. */
function childrenByParent<M extends TreeMessage>(messages: readonly M[]): Map<string, M[]> {
  const children = new Map<string, M[]>();
  for (const message of messages) {
    const siblings = children.get(parentKey(message));
    if (siblings) siblings.push(message);
    else children.set(parentKey(message), [message]);
  }
  return children;
}

/** The ancestors of the newest message, itself included: where the conversation was left. */
function newestLine(messages: readonly TreeMessage[]): Set<string> {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const line = new Set<string>();
  let message = messages.reduce<TreeMessage | undefined>(
    (newest, other) => (newest && newest.createdAt > other.createdAt ? newest : other),
    undefined,
  );
  while (message && !line.has(message.id)) {
    line.add(message.id);
    message = message.parentId === null ? undefined : byId.get(message.parentId);
  }
  return line;
}

/**
 * The messages on screen, from the first prompt to a leaf. At every fork the viewer's choice wins, else the branch that
 * holds the newest message, else the newest sibling. Where that one is a draft which nobody answered, the draft that was
 * picked in its stead stands there.
 */
export function pathOf<M extends TreeMessage>(
  messages: readonly M[],
  choices: Choices,
  drafts: readonly TreeDrafts[] = [],
): M[] {
  const children = childrenByParent(messages);
  const newest = newestLine(messages);
  const inItsStead = (message: M, siblings: readonly M[]): M => {
    const beside = children.has(message.id) ? undefined : drafts.findLast(({ shown }) => shown.includes(message.id));
    return siblings.find(({ id }) => beside && id === continued(beside)) ?? message;
  };
  const path: M[] = [];
  const seen = new Set<string>();
  let key = ROOT;
  while (!seen.has(key)) {
    seen.add(key);
    const siblings = children.get(key);
    if (!siblings) break;
    const next =
      siblings.find(({ id }) => id === choices.get(key)) ??
      inItsStead(siblings.find(({ id }) => newest.has(id)) ?? siblings.at(-1)!, siblings);
    path.push(next);
    key = next.id;
  }
  return path;
}

/** The message and its siblings, oldest first. */
export function siblingsOf<M extends TreeMessage>(messages: readonly M[], message: Pick<TreeMessage, "parentId">): M[] {
  return messages.filter((other) => parentKey(other) === parentKey(message));
}

/** The choices with `message` chosen among its siblings. */
export function choose(choices: Choices, message: Pick<TreeMessage, "id" | "parentId">): Choices {
  return new Map(choices).set(parentKey(message), message.id);
}
