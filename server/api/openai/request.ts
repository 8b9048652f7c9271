/** What programs may ask for in OpenAI's words, and how it translates into ours. */

import { z } from "zod";
import type { CompletionRequest } from "../../domain/completion.ts";
import { AppError } from "../../errors.ts";
import { plainText } from "../../plain-text.ts";

/** The one model there is: whatever is live. */
export const MODEL_ID = "hone";

const textPart = z.object({ type: z.literal("text"), text: plainText() });
const content = z.union(
  [plainText(), z.array(textPart).transform((parts) => parts.map((part) => part.text).join(""))],
  "must be text: a string, or a list of parts of type text",
);

const messageSchema = z.object({
  role: z
    .enum(
      ["system", "developer", "user", "assistant"],
      "must be system, developer, user or assistant; tools are not served",
    )
    .transform((role) => (role === "developer" ? "system" : role)),
  content,
});

/** Present in many programs' requests, harmless at these values; anything else asks for what is not there. */
const only = <T extends z.core.util.Literal>(value: T, sentence: string) => z.literal(value, sentence).nullish();

export const completionSchema = z.object({
  model: z.string(),
  messages: z.array(messageSchema).min(1).max(2_000),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  seed: z.int().nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  stop: z.union([z.string().min(1).max(1000), z.array(z.string().min(1).max(1000)).max(4)]).nullish(),
  n: only(1, "one reply at a time is served; send the request n times instead"),
  logprobs: only(false, "log-probabilities are not served"),
  tools: z.array(z.unknown()).max(0, "tools are not served").nullish(),
  functions: z.array(z.unknown()).max(0, "functions are not served").nullish(),
  frequency_penalty: only(0, "penalties are not served; leave it out"),
  presence_penalty: only(0, "penalties are not served; leave it out"),
  logit_bias: z.record(z.string(), z.never("biases are not served; leave it out")).nullish(),
  response_format: z.object({ type: z.literal("text", "only text is served") }).nullish(),
});
export type CompletionInput = z.output<typeof completionSchema>;

/** Seeds are whole numbers below this; larger and negative ones are folded into the range. */
const SEEDS = 2 ** 31;

export function toCompletionRequest(input: CompletionInput): CompletionRequest {
  if (input.model !== MODEL_ID) {
    throw new AppError(
      "NOT_FOUND",
      `There is no model "${input.model}" here; ask for "${MODEL_ID}", which is what is live.`,
    );
  }
  const { temperature, top_p: topP, seed } = input;
  const maxTokens = input.max_completion_tokens ?? input.max_tokens;
  const stop = typeof input.stop === "string" ? [input.stop] : input.stop;
  return {
    messages: input.messages,
    seed: seed == null ? undefined : ((seed % SEEDS) + SEEDS) % SEEDS,
    sampling: {
      ...(temperature != null && { temperature }),
      ...(topP != null && { topP }),
      ...(maxTokens != null && { maxTokens }),
      ...(stop && { stop }),
    },
  };
}
