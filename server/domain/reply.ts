/** A reply's row at its birth: which weights will speak it, how it is sampled, and that it waits. */

import { randomInt } from "node:crypto";
import type { Tx } from "../db.ts";
import type { Env } from "../env.ts";
import { defaultSpeaker, type Speaker, speakerOf } from "./canary/arms.ts";
import type { Sampling } from "./json.ts";

/** How the chat samples: enough chance for two drafts to differ, not enough to ramble. */
export const chatSampling = (env: Pick<Env, "MAX_REPLY_TOKENS">): Sampling => ({
  temperature: 0.8,
  topP: 0.95,
  topK: 0,
  minP: 0,
  maxTokens: env.MAX_REPLY_TOKENS,
  stop: [],
});

interface NewReply {
  conversationId: string;
  promptId: string;
  requestKey: string;
  sampling: Sampling;
  /** Left out: a new one. */
  seed?: number;
  /** Drafted for annotators: its conversation does not show it. */
  forComparison?: boolean;
  /** Left out: the conversation's arm, or the default one for annotators. */
  speaker?: Speaker;
  /** Draws the arm of a conversation that has none; uniform in [0, 1). */
  random?: () => number;
}

/** Who speaks is read in the transaction that makes the row: from then on the reply's weights are settled. */
export async function createReply(
  tx: Tx,
  { conversationId, promptId, requestKey, sampling, seed, forComparison = false, ...chosen }: NewReply,
): Promise<{ id: string }> {
  const { deploymentId, baseSha256, adapterSha256 } =
    chosen.speaker ??
    (forComparison
      ? await defaultSpeaker(tx, conversationId)
      : await speakerOf(tx, conversationId, chosen.random ?? Math.random));
  return tx.message.create({
    data: {
      conversationId,
      parentId: promptId,
      requestKey,
      role: "ASSISTANT",
      content: "",
      status: "PENDING",
      ...{ deploymentId, baseSha256, adapterSha256 },
      sampling,
      seed: seed ?? randomInt(2 ** 31),
      forComparison,
      heartbeatAt: new Date(),
    },
    select: { id: true },
  });
}
