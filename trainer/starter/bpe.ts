/** Byte-level BPE: learns merges from word counts and encodes as llama.cpp does with `tokenizer.ggml.pre = qwen2`. */

import { byteAlphabet, toByteCharacters } from "../../server/gguf/byte-alphabet.ts";

/** Qwen2's splitting rule: contractions, words with the mark before them, single digits, runs of marks, spaces. */
const QWEN2_PIECES =
  /(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+/gu;

/** Control tokens; they take the first ids, in this order. */
export const CONTROL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|pad|>"] as const;
export const TOKEN_ID = { endOfText: 0, turnStart: 1, turnEnd: 2, pad: 3 } as const;

/**
 * Longest token that holds a non-ASCII byte, in bytes: two Chinese characters. Without the cap whole Chinese
 * templates become tokens and the model sees too few distinct ones to learn from.
 */
const LONGEST_NON_ASCII_BYTES = 6;

export interface Bpe {
  /** Token texts in the byte alphabet, by id; control tokens first, then the 256 bytes, then the merges' results. */
  tokens: readonly string[];
  /** "left right", by rank. */
  merges: readonly string[];
}

/** The pieces that merges never cross. */
export const pieces = (text: string): string[] => text.match(QWEN2_PIECES) ?? [];

/** Counts pieces for `trainBpe`. */
export function countPieces(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) for (const piece of pieces(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  return counts;
}

interface Word {
  symbols: string[];
  count: number;
}

/**
 * Learns merges until the vocabulary has `vocabulary` tokens: always the most frequent pair, ties by text, so equal
 * counts give an equal tokenizer.
 * @throws RangeError when the texts hold too few pairs for that many tokens
 */
export function trainBpe(counts: ReadonlyMap<string, number>, vocabulary: number): Bpe {
  const words: Word[] = [...counts].map(([piece, count]) => ({ symbols: toByteCharacters(piece), count }));
  const pairs = new PairIndex(words);
  const merges: string[] = [];
  const wanted = vocabulary - CONTROL_TOKENS.length - 256;
  while (merges.length < wanted) {
    const best = pairs.mostFrequent();
    if (best === null)
      throw new RangeError(`The corpus gives ${merges.length} merges, ${wanted} were asked for; lower the vocabulary.`);
    merges.push(best);
    pairs.merge(best);
  }
  return { tokens: [...CONTROL_TOKENS, ...byteAlphabet(), ...merges.map((merge) => merge.replace(" ", ""))], merges };
}

/** How often each pair of neighbours occurs and in which words, kept up to date while merging. */
class PairIndex {
  readonly #counts = new Map<string, number>();
  readonly #wordsWith = new Map<string, Set<number>>();
  readonly #words: Word[];

  constructor(words: Word[]) {
    this.#words = words;
    for (let i = 0; i < words.length; i++) this.#add(i, 1);
  }

  mostFrequent(): string | null {
    let best: string | null = null;
    let bestCount = 1;
    for (const [pair, count] of this.#counts) {
      if (count < bestCount || (count === bestCount && (best === null || pair > best))) continue;
      if (isTooLong(pair)) {
        this.#counts.delete(pair);
        continue;
      }
      best = pair;
      bestCount = count;
    }
    return best;
  }

  merge(pair: string): void {
    const [left, right] = pair.split(" ") as [string, string];
    for (const index of [...this.#wordsWith.get(pair)!]) {
      this.#add(index, -1);
      const word = this.#words[index]!;
      word.symbols = mergedSymbols(word.symbols, left, right);
      this.#add(index, 1);
    }
    this.#counts.delete(pair);
    this.#wordsWith.delete(pair);
  }

  #add(index: number, sign: 1 | -1): void {
    const { symbols, count } = this.#words[index]!;
    for (let i = 0; i + 1 < symbols.length; i++) {
      const pair = `${symbols[i]} ${symbols[i + 1]}`;
      if (isTooLong(pair)) continue;
      this.#counts.set(pair, (this.#counts.get(pair) ?? 0) + sign * count);
      if (sign > 0) this.#remember(pair, index);
    }
  }

  #remember(pair: string, index: number): void {
    const known = this.#wordsWith.get(pair);
    if (known) known.add(index);
    else this.#wordsWith.set(pair, new Set([index]));
  }
}

/** Ġ (space) and Ċ (newline) stand for ASCII bytes although their characters are not. */
const isTooLong = (pair: string) => /[^\x20-\x7eĠĊ]/u.test(pair) && pair.length - 1 > LONGEST_NON_ASCII_BYTES;

function mergedSymbols(symbols: readonly string[], left: string, right: string): string[] {
  const merged: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) {
      merged.push(left + right);
      i++;
    } else merged.push(symbols[i]!);
  }
  return merged;
}

/** Encodes and decodes with a learned vocabulary. Plain text never gives a control token. */
export class BpeTokenizer {
  readonly bpe: Bpe;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #cache = new Map<string, readonly number[]>();
  readonly #bytes = new Map(byteAlphabet().map((character, byte) => [character, byte]));

  constructor(bpe: Bpe) {
    this.bpe = bpe;
    this.#ids = new Map(bpe.tokens.map((token, id) => [token, id]));
    this.#ranks = new Map(bpe.merges.map((merge, rank) => [merge, rank]));
  }

  encode(text: string): number[] {
    return pieces(text).flatMap((piece) => this.#encodePiece(piece));
  }

  decode(tokens: Iterable<number>): string {
    const bytes: number[] = [];
    for (const id of tokens) {
      const token = this.bpe.tokens[id]!;
      if (id < CONTROL_TOKENS.length) bytes.push(...Buffer.from(token));
      else for (const character of token) bytes.push(this.#bytes.get(character)!);
    }
    return Buffer.from(bytes).toString("utf8");
  }

  /** Bytes that a token stands for. */
  byteLength(id: number): number {
    return this.bpe.tokens[id]!.length;
  }

  #encodePiece(piece: string): readonly number[] {
    const known = this.#cache.get(piece);
    if (known) return known;
    let symbols = toByteCharacters(piece);
    for (;;) {
      const rank = Math.min(
        ...symbols.slice(1).map((symbol, i) => this.#ranks.get(`${symbols[i]} ${symbol}`) ?? Number.POSITIVE_INFINITY),
      );
      if (!Number.isFinite(rank)) break;
      const [left, right] = this.bpe.merges[rank]!.split(" ") as [string, string];
      symbols = mergedSymbols(symbols, left, right);
    }
    const ids = symbols.map((symbol) => this.#ids.get(symbol)!);
    this.#cache.set(piece, ids);
    return ids;
  }
}
