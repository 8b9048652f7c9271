/**
 * The content of a Dataset as pure functions: which examples go in, how they are split, and the hash that names them.
 * No clock, database or randomness, so that the hash of equal data is equal on every machine and in every year.
 */

import { createHash } from "node:crypto";
import type { DatasetOrigin, PairSource, Split } from "../../prisma/generated/enums.ts";
import { finish, type Steps } from "./breathe.ts";
import type { ChatRole } from "./chat-role.ts";
import { itemHash, promptKey } from "./content-hash.ts";
import type { LineContents } from "./dataset-lines.ts";
import { type ExampleSize, meanSize, sizeOf } from "./dataset-size.ts";
import { type Asked, splitsOf } from "./dataset-split.ts";
import { type JudgedExample, type Judging, type Weighed, weighing } from "./dataset-trust.ts";
import { clustering, promptText } from "./prompt-cluster.ts";
import type { DataKind } from "./run-config.ts";
import type { Guards, LeftOut, LeftOutReason } from "./views.ts";

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

/** What is kept of a pair's content while it is decided which pairs go in: a hundred thousand of them fit into memory. */
export interface PairDigest {
  /** Of prompt and replies as they are trained on; hex. */
  hash: string;
  promptKey: string;
  /** What its cluster goes by. */
  promptText: string;
  size: ExampleSize;
  fault: Extract<LeftOutReason, "EMPTY_REPLY" | "SAME_TEXT"> | null;
}

/** A pair of people's, before it is decided whether it goes in. */
export interface CandidatePair extends PairDigest {
  id: string;
  promptId: string;
  chosenId: string;
  rejectedId: string;
  source: PairSource;
  weight: number;
  /** In ms. */
  at: number;
  raterIds: readonly string[];
  /** Whose thumbs say the opposite though no pair of the opposite came of it. */
  againstIds: readonly string[];
  /** Why it may not go in, where that is known already. */
  leftOut: LeftOutReason | null;
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
  /** The prompt it answers, where that is a message of ours. */
  promptId?: string;
  /** Who judged it, where people did. */
  judged?: Pick<JudgedExample, "at" | "raterIds" | "againstIds" | "thumbs">;
}

export interface FrozenPair {
  id: string;
  weight: number;
  epsilon: number | null;
  split: Split;
  raterIds: string[];
}

export interface FrozenItem {
  content: LineContents[DataKind];
  weight: number;
  split: Split;
  messageId: string | null;
  source: PairSource | null;
  raterIds: string[];
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
  /** What it was selected under; null for what nobody judged here. */
  guards: Guards | null;
  /** Hex. */
  sha256: string;
}

export function digestPair(content: PairContent): PairDigest {
  const { prompt, chosen, rejected } = content;
  const reply = ({ content, tokenIds }: Reply) => [content, tokenIds];
  // Fields in a fixed order and nothing else, so that ids and dates do not matter.
  const turns = prompt.map(({ role, content, tokenIds }) => [role, content, tokenIds ?? null]);
  return {
    hash: sha256(JSON.stringify([turns, reply(chosen), reply(rejected), 1])),
    ...askedBy(prompt),
    size: sizeOf(content),
    fault: faultOf(content),
  };
}

/** Pairs of one prompt are read with one list of its turns, and share what follows from it. */
const asking = new WeakMap<readonly PromptTurn[], Pick<PairDigest, "promptKey" | "promptText">>();

function askedBy(prompt: readonly PromptTurn[]): Pick<PairDigest, "promptKey" | "promptText"> {
  const known = asking.get(prompt) ?? { promptKey: keyOf(prompt), promptText: promptText(prompt) };
  asking.set(prompt, known);
  return known;
}

/** Weight and ε are part of what is trained on; an ordinary pair without ε keeps the hash of its content. */
const weighedHash = (hash: string, weight: number, epsilon: number | null) =>
  weight === 1 && epsilon === null ? hash : sha256(JSON.stringify([hash, weight, epsilon]));

const SOURCES: readonly PairSource[] = ["RANKING", "CHOICE", "EDIT", "FEEDBACK"];

/** People's pairs. Two replies make one example, in whatever ways people preferred the one to the other. */
export const selectPairs = (candidates: readonly CandidatePair[], judging: Judging): Selection =>
  finish(selectingPairs(candidates, judging));

/** The same in steps: of a hundred thousand pairs it takes seconds. */
export function* selectingPairs(candidates: readonly CandidatePair[], judging: Judging): Steps<Selection> {
  const standing = candidates.filter(({ leftOut, fault }) => !(leftOut ?? fault));
  const supporters = new Map<string, Set<string>>();
  for (const { chosenId, rejectedId, raterIds } of standing) {
    const known = supporters.get(`${chosenId} ${rejectedId}`) ?? new Set();
    for (const id of raterIds) known.add(id);
    supporters.set(`${chosenId} ${rejectedId}`, known);
  }
  const firsts = new Map<string, CandidatePair>();
  for (const pair of standing) {
    const key = `${pair.chosenId} ${pair.rejectedId}`;
    const known = firsts.get(key);
    if (!known || SOURCES.indexOf(pair.source) < SOURCES.indexOf(known.source)) firsts.set(key, pair);
  }
  const distinct = [...firsts.values()];
  const clusters = yield* clustering(distinct.map((pair) => pair.promptText));
  const weighed = yield* weighing(
    distinct.map((pair, i) => ({
      ...pair,
      cluster: clusters[i]!,
      raterIds: [...supporters.get(`${pair.chosenId} ${pair.rejectedId}`)!].sort(compare),
      againstIds: [...new Set([...(supporters.get(`${pair.rejectedId} ${pair.chosenId}`) ?? []), ...pair.againstIds])],
      thumbs: pair.source === "FEEDBACK",
    })),
    judging,
  );
  const kept = distinct.flatMap((pair, i) => (weighed[i]!.leftOut === null ? [{ pair, i, ...weighed[i]! }] : []));
  const splits = splitsOf(kept.map(({ pair, i }) => asked(pair.promptKey, clusters[i]!, pair.promptId, judging)));
  const pairs: (FrozenPair & { hash: string })[] = [];
  for (const [k, { pair, weight: trust, epsilon, raterIds }] of kept.entries()) {
    const weight = pair.weight * trust;
    const hash = weighedHash(pair.hash, weight, epsilon);
    yield void pairs.push({ id: pair.id, weight, epsilon, raterIds, split: splits[k]!, hash });
  }
  pairs.sort((a, b) => compare(a.hash, b.hash) || compare(a.id, b.id));
  yield;
  const reasons = [
    ...candidates.map(({ leftOut, fault }) => leftOut ?? fault),
    ...new Array<LeftOutReason>(standing.length - distinct.length).fill("DUPLICATE"),
    ...weighed.map(({ leftOut }) => leftOut),
  ];
  return {
    ...{ kind: "PAIRS", origin: "FEEDBACK", items: [], guards: judging.guards },
    ...counted(pairs, "", reasons),
    size: meanSize(kept.map(({ pair }) => pair.size)),
    pairs: pairs.map(({ hash: _, ...pair }) => pair),
  };
}

const asked = (key: string, cluster: number, promptId: string | undefined, judging?: Judging): Asked => ({
  ...{ key, cluster },
  trained: promptId !== undefined && (judging?.trained.has(promptId) ?? false),
});

/** Examples of every other kind and origin. Equal prompts of PROMPTS go in once. @param judging where people judged them here */
export const selectItems = <K extends DataKind>(
  ...given: [kind: K, origin: DatasetOrigin, candidates: readonly CandidateItem<K>[], judging?: Judging]
): Selection => finish(selectingItems(...given));

export function* selectingItems<K extends DataKind>(
  kind: K,
  origin: DatasetOrigin,
  candidates: readonly CandidateItem<K>[],
  judging?: Judging,
): Steps<Selection> {
  const seen = new Set<string>();
  const hashed: (CandidateItem<K> & { hash: string })[] = [];
  for (const candidate of candidates)
    yield void hashed.push({ ...candidate, hash: itemHash(candidate.content, candidate.source) });
  const reasons = hashed.map(({ leftOut, content, hash }): LeftOutReason | null => {
    const duplicate = kind === "PROMPTS" && seen.has(hash) ? ("DUPLICATE" as const) : null;
    const reason = leftOut ?? faultOf(content) ?? duplicate;
    if (!reason) seen.add(hash);
    return reason;
  });
  const usable = hashed.filter((_, i) => reasons[i] === null);
  const clusters = judging
    ? yield* clustering(usable.map(({ content }) => ("prompt" in content ? promptText(content.prompt) : "")))
    : undefined;
  const keys = usable.map(({ content }) => promptKey(content));
  const numbers = new Map(keys.map((key, i) => [key, i]));
  const clusterOf = (i: number) => clusters?.[i] ?? numbers.get(keys[i]!)!;
  const weighed = yield* weighItems(usable, clusterOf, judging);
  const kept = usable.flatMap((item, i) => (weighed[i]!.leftOut === null ? [{ item, i, ...weighed[i]! }] : []));
  const splits = splitsOf(kept.map(({ item, i }) => asked(keys[i]!, clusterOf(i), item.promptId, judging)));
  const items = kept
    .map(({ item: { hash, messageId = null, source = null, ...item }, weight: trust, raterIds }, k) => {
      const weight = ("weight" in item.content ? item.content.weight : 1) * trust;
      const content = "weight" in item.content ? { ...item.content, weight } : item.content;
      return { content, weight, messageId, source, raterIds, split: splits[k]!, hash: weighedHash(hash, trust, null) };
    })
    .sort((a, b) => compare(a.hash, b.hash) || compare(a.messageId ?? "", b.messageId ?? ""));
  return {
    ...{ kind, origin, pairs: [], guards: judging?.guards ?? null },
    ...counted(items, `${kind} ${origin}\n`, [...reasons, ...weighed.map(({ leftOut }) => leftOut)]),
    size: meanSize(kept.map(({ item }) => sizeOf(item.content))),
    items: items.map(({ hash: _, ...item }) => item),
  };
}

/** What nobody judged here counts as it says itself. */
function* weighItems(
  items: readonly (CandidateItem & { hash: string })[],
  clusterOf: (i: number) => number,
  judging: Judging | undefined,
): Steps<Weighed[]> {
  const judged = items.flatMap(({ judged, promptId = "", hash }, i) =>
    judged ? [{ i, ...judged, promptId, hash, cluster: clusterOf(i) }] : [],
  );
  const weighed: Weighed[] = items.map(() => ({ leftOut: null, weight: 1, epsilon: 0, raterIds: [] }));
  if (judging) for (const [k, result] of (yield* weighing(judged, judging)).entries()) weighed[judged[k]!.i] = result;
  return weighed;
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
  const counts = new Map<LeftOutReason, number>();
  for (const reason of reasons) if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const leftOut = [...counts].map(([reason, count]) => ({ reason, count }));
  return {
    train: examples.length - heldOut,
    heldOut,
    leftOut: leftOut.sort((a, b) => compare(a.reason, b.reason)),
    sha256: digest.digest("hex"),
  };
}

function faultOf(content: LineContents[DataKind] | PairContent): PairDigest["fault"] {
  if (repliesOf(content).some((text) => text.trim() === "")) return "EMPTY_REPLY";
  // Equal texts pull the same log-probabilities both ways.
  return "chosen" in content && content.chosen.content === content.rejected.content ? "SAME_TEXT" : null;
}

function repliesOf(content: LineContents[DataKind] | PairContent): string[] {
  if ("chosen" in content) return [content.chosen.content, content.rejected.content];
  if ("completion" in content) return [content.completion.content];
  return "replies" in content ? content.replies.map((reply) => reply.content) : [];
}

const keyOf = (prompt: readonly PromptTurn[]) =>
  promptKey({ prompt: prompt.map(({ role, content }) => ({ role, content, tokenIds: null })), answer: null });
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
/** By code unit: the order must not depend on the machine's language. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
