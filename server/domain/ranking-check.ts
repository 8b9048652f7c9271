/** Whether a submitted ranking is one: every reply once, labels and rewrite about replies that were shown. Pure. */

import { AppError } from "../errors.ts";
import type { Ranked, SubmittedTask } from "./views.ts";

const refuse = (sentence: string) => new AppError("INVALID_INPUT", sentence);

/**
 * The ranking as it is stored: ranks count from 1 without gaps, in the order in which the replies were shown; labels once each.
 * Where all are bad, an order may be left out, and all are tied.
 * @throws AppError INVALID_INPUT
 */
export function checkedRanking(task: SubmittedTask, shown: readonly string[], mostCharacters: number): SubmittedTask {
  const ranks =
    task.allBad && task.ranks.length === 0 ? shown.map((messageId) => ({ messageId, rank: 1 })) : task.ranks;
  const given = new Map(ranks.map(({ messageId, rank }) => [messageId, rank]));
  if (given.size !== ranks.length || given.size !== shown.length || shown.some((id) => !given.has(id))) {
    throw refuse(
      `Expected each of the ${shown.length} replies of this task once, found ${ranks.length}; rank them all.`,
    );
  }
  const labels = new Map(task.labels.map((label) => [`${label.messageId} ${label.label}`, label]));
  for (const { messageId } of labels.values()) {
    if (!given.has(messageId)) throw refuse("A label is about a reply that is not part of this task; load it again.");
  }
  const dense = withoutGaps(shown.map((messageId) => ({ messageId, rank: given.get(messageId)! })));
  checkRewrite(task, dense, mostCharacters);
  return { ...task, ranks: dense, labels: [...labels.values()], comment: task.comment || null };
}

/** 1, 4, 4 is 1, 2, 2: only the order says something. */
function withoutGaps(ranks: readonly Ranked[]): Ranked[] {
  const levels = [...new Set(ranks.map(({ rank }) => rank))].sort((a, b) => a - b);
  return ranks.map(({ messageId, rank }) => ({ messageId, rank: levels.indexOf(rank) + 1 }));
}

function checkRewrite({ rewrite, allBad }: SubmittedTask, ranks: readonly Ranked[], mostCharacters: number): void {
  if (!rewrite) return;
  const rank = ranks.find(({ messageId }) => messageId === rewrite.messageId)?.rank;
  if (rank === undefined) throw refuse("The rewritten reply is not part of this task; load it again.");
  if (rank > 1 && !allBad) {
    throw refuse(`Expected the best reply to be rewritten, found one of rank ${rank}; rewrite one of rank 1.`);
  }
  if (rewrite.content.trim() === "") throw refuse("The rewritten reply is empty; write it, or leave it out.");
  if (rewrite.content.length > mostCharacters) {
    throw refuse(
      `The rewritten reply has ${rewrite.content.length} characters, at most ${mostCharacters} are allowed; shorten it or raise MAX_MESSAGE_CHARACTERS.`,
    );
  }
}
