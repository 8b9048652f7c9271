/** The starter's tokenizer: learned from the corpus alone, the same for the same seed. */

import { type Bpe, countPieces, trainBpe } from "./bpe.ts";
import { dialogues } from "./corpus/dialogue.ts";

/** Tokens in the starter's vocabulary. */
export const VOCABULARY = 2560;

const SAMPLE_DIALOGUES = 60_000;
/** The tokenizer's dialogues are drawn apart from the training ones. */
const SEED_OFFSET = 7_919;

/** Learns the vocabulary from a sample of the corpus. */
export function learnTokenizer(seed: number, vocabulary = VOCABULARY, sample = SAMPLE_DIALOGUES): Bpe {
  return trainBpe(countPieces(texts(seed + SEED_OFFSET, sample)), vocabulary);
}

function* texts(seed: number, sample: number): Generator<string> {
  const stream = dialogues(seed);
  for (let i = 0; i < sample; i++) {
    const { system, turns } = stream.next().value;
    yield* ["system\n", "user\n", "assistant\n", system ?? ""];
    for (const { user, assistant } of turns) yield* [user, assistant];
  }
}
