/**
 * The content of a Dataset as pure functions: which pairs go in, how they are split, and the hash that names them.
 * No clock, database or randomness, so that the hash of equal data is equal on every machine and in every year.
 */

import { createHash } from "node:crypto";
import type { Split } from "../../prisma/generated/enums.ts";
import type { ChatRole } from "./chat-role.ts";
import type { LeftOut, LeftOutReason } from "./views.ts";

export interface PromptTurn {
  role: ChatRole;
  content: string;
  /** Of a generated turn, as sampled. */
  tokenIds?: number[];
}

export interface Reply {
  content: string;
  /** Null: not sampled, or no longer what was sampled; the text is tokenised then. */
  tokenIds: number[] | null;
}

/** What a trainer sees of a pair. */
export interface PairContent {
  prompt: PromptTurn[];
  chosen: Reply;
  rejected: Reply;
  weight: number;
}

export interface CandidatePair extends PairContent {
  id: string;
  conversationDeleted: boolean;
  /** Nobody who judged this may sign in any more. */
  ratersDisabled: boolean;
}

export interface FrozenPair {
  id: string;
  weight: number;
  split: Split;
}

export interface Selection {
  /** In the order of their content's hash. */
  pairs: FrozenPair[];
  train: number;
  heldOut: number;
  leftOut: LeftOut[];
  /** Hex. */
  sha256: string;
}

/** Share of the prompts that are kept for measuring. */
const HELD_OUT_SHARE = 0.1;
/** With fewer pairs than this all are trained on: a tenth of them would measure nothing. */
const LEAST_TO_SPLIT = 20;

export function selectPairs(candidates: readonly CandidatePair[]): Selection {
  const reasons = candidates.map(whyLeftOut);
  const usable = candidates.filter((_, i) => reasons[i] === null);
  const splitting = usable.length >= LEAST_TO_SPLIT;
  const pairs = usable
    .map((pair) => ({
      id: pair.id,
      weight: pair.weight,
      split: splitOf(pair.prompt, splitting),
      hash: contentHash(pair),
    }))
    .sort((a, b) => compare(a.hash, b.hash) || compare(a.id, b.id));
  const digest = createHash("sha256");
  for (const { hash, split } of pairs) digest.update(`${hash} ${split}\n`);
  const heldOut = pairs.filter((pair) => pair.split === "HELDOUT").length;
  return {
    pairs: pairs.map(({ id, weight, split }) => ({ id, weight, split })),
    train: pairs.length - heldOut,
    heldOut,
    leftOut: countReasons(reasons),
    sha256: digest.digest("hex"),
  };
}

function whyLeftOut(pair: CandidatePair): LeftOutReason | null {
  if (pair.conversationDeleted) return "CONVERSATION_DELETED";
  if (pair.ratersDisabled) return "RATER_DISABLED";
  if (pair.chosen.content.trim() === "" || pair.rejected.content.trim() === "") return "EMPTY_REPLY";
  // Equal texts pull the same log-probabilities both ways.
  if (pair.chosen.content === pair.rejected.content) return "SAME_TEXT";
  return null;
}

function countReasons(reasons: readonly (LeftOutReason | null)[]): LeftOut[] {
  const counts = new Map<LeftOutReason, number>();
  for (const reason of reasons) if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => compare(a.reason, b.reason));
}

/**
 * By the prompt's hash: all pairs of a prompt, and the same prompt asked elsewhere or later, fall on the same side, so
 * that nothing is ever measured on what was trained on.
 */
function splitOf(prompt: readonly PromptTurn[], splitting: boolean): Split {
  const turns = prompt.map(({ role, content }) => [role, content]);
  const share = Number.parseInt(sha256(JSON.stringify(turns)).slice(0, 8), 16) / 2 ** 32;
  return splitting && share < HELD_OUT_SHARE ? "HELDOUT" : "TRAIN";
}

/** Fields in a fixed order and nothing else, so that ids and dates do not matter. */
function contentHash({ prompt, chosen, rejected, weight }: PairContent): string {
  const reply = ({ content, tokenIds }: Reply) => [content, tokenIds];
  const turns = prompt.map(({ role, content, tokenIds }) => [role, content, tokenIds ?? null]);
  return sha256(JSON.stringify([turns, reply(chosen), reply(rejected), weight]));
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
/** By code unit: the order must not depend on the machine's language. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
