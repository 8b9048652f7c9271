/**
 * The content of a Dataset as pure functions: which examples go in, how they are split, and the hash that names them.
 * No clock, database or randomness, so that the hash of equal data is equal on every machine and in every year.
 */

import { createHash } from "node:crypto";
import type { DatasetOrigin, PairSource, Split } from "../../prisma/generated/enums.ts";
import type { ChatRole } from "./chat-role.ts";
import type { LineContents } from "./dataset-lines.ts";
import { type ExampleSize, meanSize, sizeOf } from "./dataset-size.ts";
import type { DataKind } from "./run-config.ts";
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

/** An example of any kind but people's pairs, before it is decided whether it goes in. */
export interface CandidateItem<K extends DataKind = DataKind> {
  content: LineContents[K];
  /** The reply or prompt it was taken from. */
  messageId?: string;
  /** Of a pair. */
  source?: PairSource;
  /** Why it may not go in, where that is known already. */
  leftOut?: LeftOutReason | null;
}

export interface FrozenPair {
  id: string;
  weight: number;
  split: Split;
}

export interface FrozenItem {
  content: LineContents[DataKind];
  weight: number;
  split: Split;
  messageId: string | null;
  source: PairSource | null;
}

export interface Selection {
  kind: DataKind;
  origin: DatasetOrigin;
  /** In the order of their content's hash; one of the two is empty. */
  pairs: FrozenPair[];
  items: FrozenItem[];
  train: number;
  heldOut: number;
  leftOut: LeftOut[];
  /** Of an average example. */
  size: ExampleSize;
  /** Hex. */
  sha256: string;
}

/** Share of the prompts that are kept for measuring. */
const HELD_OUT_SHARE = 0.1;
/** With fewer examples than this all are trained on: a tenth of them would measure nothing. */
export const LEAST_TO_SPLIT = 20;

/** People's pairs. */
export function selectPairs(candidates: readonly CandidatePair[]): Selection {
  const reasons = candidates.map(whyPairLeftOut);
  const usable = candidates.filter((_, i) => reasons[i] === null);
  const splits = splitsOf(usable.map(({ prompt }) => promptHash(prompt)));
  const pairs = usable
    .map((pair, i) => ({ id: pair.id, weight: pair.weight, split: splits[i]!, hash: contentHash(pair) }))
    .sort((a, b) => compare(a.hash, b.hash) || compare(a.id, b.id));
  return {
    ...{ kind: "PAIRS", origin: "FEEDBACK", items: [] },
    ...counted(pairs, "", reasons),
    size: meanSize(usable.map(sizeOf)),
    pairs: pairs.map(({ id, weight, split }) => ({ id, weight, split })),
  };
}

/** Examples of every other kind and origin. Equal prompts of PROMPTS go in once. */
export function selectItems<K extends DataKind>(
  kind: K,
  origin: DatasetOrigin,
  candidates: readonly CandidateItem<K>[],
): Selection {
  const seen = new Set<string>();
  const hashed = candidates.map((candidate) => ({ ...candidate, hash: itemHash(candidate) }));
  const reasons = hashed.map(({ leftOut, content, hash }): LeftOutReason | null => {
    const reason = leftOut ?? whyItemLeftOut(content, kind === "PROMPTS" && seen.has(hash));
    if (!reason) seen.add(hash);
    return reason;
  });
  const usable = hashed.filter((_, i) => reasons[i] === null);
  const splits = splitsOf(
    usable.map(({ content }) => ("prompt" in content ? promptHash(content.prompt) : textHash(content))),
  );
  const items = usable
    .map(({ content, hash, messageId = null, source = null }, i) => {
      const weight = "weight" in content ? content.weight : 1;
      return { content, weight, split: splits[i]!, messageId, source, hash };
    })
    .sort((a, b) => compare(a.hash, b.hash) || compare(a.messageId ?? "", b.messageId ?? ""));
  return {
    ...{ kind, origin, pairs: [] },
    ...counted(items, `${kind} ${origin}\n`, reasons),
    size: meanSize(usable.map(({ content }) => sizeOf(content))),
    items: items.map(({ hash: _, ...item }) => item),
  };
}

/** @param begin what sets Datasets of other kinds apart from people's pairs, which came first */
function counted(
  examples: readonly { hash: string; split: Split }[],
  begin: string,
  reasons: readonly (LeftOutReason | null)[],
): Pick<Selection, "train" | "heldOut" | "leftOut" | "sha256"> {
  const digest = createHash("sha256").update(begin);
  for (const { hash, split } of examples) digest.update(`${hash} ${split}\n`);
  const heldOut = examples.filter(({ split }) => split === "HELDOUT").length;
  return {
    train: examples.length - heldOut,
    heldOut,
    leftOut: countReasons(reasons),
    sha256: digest.digest("hex"),
  };
}

function whyPairLeftOut(pair: CandidatePair): LeftOutReason | null {
  if (pair.conversationDeleted) return "CONVERSATION_DELETED";
  if (pair.ratersDisabled) return "RATER_DISABLED";
  return whyItemLeftOut(pair, false);
}

function whyItemLeftOut(content: LineContents[DataKind] | PairContent, duplicate: boolean): LeftOutReason | null {
  const replies = repliesOf(content);
  if (replies.some((text) => text.trim() === "")) return "EMPTY_REPLY";
  // Equal texts pull the same log-probabilities both ways.
  if ("chosen" in content && content.chosen.content === content.rejected.content) return "SAME_TEXT";
  return duplicate ? "DUPLICATE" : null;
}

function repliesOf(content: LineContents[DataKind] | PairContent): string[] {
  if ("chosen" in content) return [content.chosen.content, content.rejected.content];
  if ("completion" in content) return [content.completion.content];
  return "replies" in content ? content.replies.map((reply) => reply.content) : [];
}

function countReasons(reasons: readonly (LeftOutReason | null)[]): LeftOut[] {
  const counts = new Map<LeftOutReason, number>();
  for (const reason of reasons) if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => compare(a.reason, b.reason));
}

/**
 * By the prompt's hash: all examples of a prompt, and the same prompt asked elsewhere or later, fall on the same side, so
 * that nothing is ever measured on what was trained on. Where no prompt's hash falls into the tenth, the one that
 * comes nearest is held out alone: as more prompts come it may go over to the training side, but none the other way.
 * @param hashes of every example's prompt, hex
 */
function splitsOf(hashes: readonly string[]): Split[] {
  const prompts = [...new Set(hashes)].sort(compare);
  let heldOut = prompts.filter((hash) => Number.parseInt(hash.slice(0, 8), 16) / 2 ** 32 < HELD_OUT_SHARE);
  if (heldOut.length === 0) heldOut = prompts.slice(0, 1);
  // Something must be left to train on.
  if (heldOut.length === prompts.length) heldOut = prompts.slice(0, -1);
  const measured = new Set(hashes.length >= LEAST_TO_SPLIT ? heldOut : []);
  return hashes.map((hash) => (measured.has(hash) ? "HELDOUT" : "TRAIN"));
}

const promptHash = (prompt: readonly { role: ChatRole; content: string }[]) =>
  sha256(JSON.stringify(prompt.map(({ role, content }) => [role, content])));
const textHash = (content: LineContents[DataKind]) => sha256(JSON.stringify(content));

/** Fields in a fixed order and nothing else, so that ids and dates do not matter. */
function contentHash({ prompt, chosen, rejected, weight }: PairContent): string {
  const reply = ({ content, tokenIds }: Reply) => [content, tokenIds];
  const turns = prompt.map(({ role, content, tokenIds }) => [role, content, tokenIds ?? null]);
  return sha256(JSON.stringify([turns, reply(chosen), reply(rejected), weight]));
}

/** Of a JSON object whose keys are sorted at every depth. */
const itemHash = ({ content, source }: CandidateItem) => sha256(JSON.stringify([sorted(content), source ?? null]));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return entries.sort(([a], [b]) => compare(a, b)).map(([key, field]) => [key, sorted(field)]);
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
/** By code unit: the order must not depend on the machine's language. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
