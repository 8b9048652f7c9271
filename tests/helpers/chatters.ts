// People who chat with the starter: each reply is spoken by whoever was drawn for its conversation, and gets a thumb for what it says.
import { startReply } from "../../server/domain/generation.ts";
import { chatSampling, createReply } from "../../server/domain/reply.ts";
import { promptKey, replyKey } from "../../server/domain/request-key.ts";
import type { ServingBackend } from "../../server/engine-client.ts";
import type { Viewer } from "../../server/viewer.ts";
import { pooled } from "../../trainer/rollout/pool.ts";
import { checkReply } from "../../trainer/starter/check.ts";
import type { Question } from "../../trainer/starter/corpus/types.ts";
import { COURTESIES } from "../../trainer/starter/corpus/wording.ts";
import { starterQuestions } from "./gate-recipes.ts";
import type { World } from "./world.ts";

/** A reply that somebody got. */
export interface Heard {
  viewer: Viewer;
  question: Question;
  conversationId: string;
  promptId: string;
  replyId: string;
  deploymentId: string | null;
  text: string;
}

export interface Chatters {
  /** So many new conversations, with a thumb for each reply. */
  ask(count: number): Promise<Heard[]>;
  /** Another question in the same conversations. */
  goOn(heard: readonly Heard[]): Promise<Heard[]>;
  /** Another reply to the same prompts, with a thumb for each. */
  askAgain(heard: readonly Heard[]): Promise<Heard[]>;
}

/** What they like: the right answer, without courtesies around it and without pictures. */
export const likes = (question: Question, text: string): boolean =>
  checkReply({ ...question, prompt: question.text }, text) &&
  !COURTESIES[question.language].some((courtesy) => text.includes(courtesy)) &&
  !/\p{Extended_Pictographic}/u.test(text);

/** As many as the serving process speaks at once. */
const AT_ONCE = 8;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** Where the draws begin: somewhere that does not keep an arm of 1 % waiting for its turn longer than it must. */
const PHASE = 0.54;

/**
 * All chance is in the seed: questions, sampling, and the draws of arms, which are spread evenly (multiples of the golden section), so that a
 * share of 10 % is one conversation in ten and not some other number by luck.
 */
export function chatters(
  world: World,
  { people, engine, seed }: { people: readonly Viewer[]; engine: ServingBackend; seed: number },
): Chatters {
  const { db, services } = world;
  const questions = starterQuestions(2_000, seed);
  let count = 0;

  async function reply({
    conversationId,
    promptId,
    index,
  }: {
    conversationId: string;
    promptId: string;
    index: number;
  }): Promise<Pick<Heard, "replyId" | "deploymentId" | "text">> {
    const { id } = await db.$transaction((tx) =>
      createReply(tx, {
        ...{ conversationId, promptId, requestKey: replyKey(`story-${index}`), sampling: chatSampling(services.env) },
        ...{ seed: seed * 100_000 + index, random: () => (PHASE + index * GOLDEN) % 1 },
      }),
    );
    await startReply({ ...services, engine }, id);
    const { status, deploymentId, content } = await db.message.findUniqueOrThrow({ where: { id } });
    if (status !== "COMPLETE") throw new Error(`reply ${id} ended as ${status}`);
    return { replyId: id, deploymentId, text: content };
  }

  /** In the order in which they were asked, whoever was answered first. */
  async function judge(heard: readonly Heard[]): Promise<void> {
    for (const { viewer, question, replyId: messageId, text } of heard)
      await world.as(viewer).feedback.set({ messageId, value: likes(question, text) ? 1 : -1 });
  }

  async function prompt(conversationId: string, parentId: string | null, index: number): Promise<[Question, string]> {
    const question = questions[index % questions.length]!;
    const said = { role: "USER" as const, status: "COMPLETE" as const, content: question.text };
    const { id } = await db.message.create({
      data: { ...said, conversationId, parentId, requestKey: promptKey(`story-${index}`) },
    });
    return [question, id];
  }

  return {
    async ask(wanted) {
      const from = count;
      count += wanted;
      const heard = await pooled(wanted, AT_ONCE, async (i): Promise<Heard> => {
        const index = from + i;
        const viewer = people[index % people.length]!;
        const { id: conversationId } = await db.conversation.create({ data: { userId: viewer.id, title: "Story" } });
        const [question, promptId] = await prompt(conversationId, null, index);
        return { viewer, question, conversationId, promptId, ...(await reply({ conversationId, promptId, index })) };
      });
      await judge(heard);
      return heard;
    },
    async goOn(before) {
      const from = count;
      count += before.length;
      return pooled(before.length, AT_ONCE, async (i): Promise<Heard> => {
        const { viewer, conversationId, replyId } = before[i]!;
        const [question, promptId] = await prompt(conversationId, replyId, from + i);
        return {
          viewer,
          question,
          conversationId,
          promptId,
          ...(await reply({ conversationId, promptId, index: from + i })),
        };
      });
    },
    async askAgain(before) {
      const from = count;
      count += before.length;
      const heard = await pooled(before.length, AT_ONCE, async (i): Promise<Heard> => {
        const { viewer, question, conversationId, promptId } = before[i]!;
        return {
          viewer,
          question,
          conversationId,
          promptId,
          ...(await reply({ conversationId, promptId, index: from + i })),
        };
      });
      await judge(heard);
      return heard;
    },
  };
}
