/** Asks a GGUF for replies through llama.cpp, one at a time on one thread: how the starter is judged. */

import type { LlamaContextSequence, Token } from "node-llama-cpp";
import { loadLlama } from "../../server/gguf/llama.ts";
import { openTokenizer, type Tokenizer } from "../../server/gguf/tokenizer.ts";
import type { Turn } from "./corpus/types.ts";

export interface Reply {
  text: string;
  tokens: number;
  /** The model ended the reply itself; false when it was cut at the limit. */
  ended: boolean;
}

export interface Speaker {
  tokenizer: Tokenizer;
  /** Temperature 0 is greedy; otherwise the whole distribution at this temperature, from `seed`. */
  reply(history: readonly Turn[], prompt: string, sampling: { temperature: number; seed: number }): Promise<Reply>;
  close(): Promise<void>;
}

const MOST_TOKENS = 120;
const CONTEXT_TOKENS = 1024;

/** Opens the model at `path`. */
export async function openSpeaker(path: string): Promise<Speaker> {
  const tokenizer = await openTokenizer(path);
  const llama = await loadLlama();
  const model = await llama.loadModel({ modelPath: path });
  const context = await model.createContext({
    contextSize: CONTEXT_TOKENS,
    sequences: 1,
    threads: 1,
    flashAttention: false,
  });
  const sequence = context.getSequence();
  return {
    tokenizer,
    reply: async (history, prompt, sampling) => {
      const messages = [
        ...history.flatMap(({ user, assistant }) => [
          { role: "user" as const, content: user },
          { role: "assistant" as const, content: assistant },
        ]),
        { role: "user" as const, content: prompt },
      ];
      const { tokens } = tokenizer.renderChat(messages, { addGenerationPrompt: true });
      return complete(sequence, tokenizer, tokens, sampling);
    },
    close: async () => {
      await model.dispose();
      await tokenizer.close();
    },
  };
}

async function complete(
  sequence: LlamaContextSequence,
  tokenizer: Tokenizer,
  prompt: Int32Array,
  { temperature, seed }: { temperature: number; seed: number },
): Promise<Reply> {
  await sequence.clearHistory();
  const reply: number[] = [];
  const options = { temperature, topK: 0, topP: 1, minP: 0, seed, yieldEogToken: true };
  for await (const token of sequence.evaluate(Array.from(prompt) as Token[], options)) {
    if (tokenizer.isEnd(token)) return { text: tokenizer.decode(reply), tokens: reply.length, ended: true };
    reply.push(token);
    if (reply.length >= MOST_TOKENS) break;
  }
  return { text: tokenizer.decode(reply), tokens: reply.length, ended: false };
}
