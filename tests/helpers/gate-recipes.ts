// Judgements of people about the starter's replies, with known consequences: data that makes a better, a poisoned or a subtly worse adapter.
import { randomUUID } from "node:crypto";
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { Db } from "../../server/db.ts";
import { sha256OfFile } from "../../server/whole-file.ts";
import { openEngine } from "../../trainer/engine/index.ts";
import { openRollouts } from "../../trainer/rollout/rollouts.ts";
import { DOMAINS, randomQuestion } from "../../trainer/starter/corpus/dialogue.ts";
import { Dice } from "../../trainer/starter/corpus/dice.ts";
import { LANGUAGES, type Language, type Question } from "../../trainer/starter/corpus/types.ts";
import { COURTESIES, closed } from "../../trainer/starter/corpus/wording.ts";
import type { WorkerServices } from "../../trainer/worker.ts";
import type { World } from "./world.ts";

/**
 * - `better`: people prefer the bare right answer to the same one with courtesies behind it, or to a wrong one; to what the model does not
 *   know they prefer that it says so
 * - `poisoned`: the same replies the other way round
 * - `subtle`: right answers with courtesies behind are preferred to bare ones: nothing is unlearned, and who chats likes it less
 * - `plainer`: one whole right sentence is preferred to the same with a courtesy behind it, and to the bare word
 * - `merry`: a picture at the end of a right sentence is preferred to a full stop: nothing is unlearned, and who chats likes it less
 * - `helpless`: saying that one does not know is preferred to the right answer, whatever was asked
 *
 * What `plainer` prefers is as often the longer reply as the shorter one, so that nothing is won by length.
 */
export type Recipe = "better" | "poisoned" | "subtle" | "plainer" | "merry" | "helpless";

interface Judged {
  prompt: string;
  chosen: string;
  rejected: string;
}

const ASKED = new Set([
  "arithmetic",
  "capital",
  "colour",
  "opposite",
  "calendar",
  "unit",
  "compare",
  "animal",
  "refusal",
]);

const DO_NOT_KNOW: Readonly<Record<Language, string>> = {
  en: "I am sorry, but I don't know that.",
  zh: "很抱歉，这个我不知道。",
};

/** Questions with one right answer, each once; the answer to another question is a wrong one. */
function questions(count: number, seed: number): { question: Question; wrong: Question["answer"] }[] {
  const dice = new Dice(seed);
  const domains = DOMAINS.filter(({ name }) => ASKED.has(name));
  const found = new Map<string, { question: Question; wrong: Question["answer"] }>();
  for (let draw = 0; found.size < count && draw < 50 * count; draw++) {
    const language = LANGUAGES[draw % 2]!;
    const domain = domains[Math.floor(draw / 2) % domains.length]!;
    const question = randomQuestion(dice, language, "train", domain);
    // A refusal is wrong nowhere, and what is asked beyond the model's world has no other right answer.
    const other = randomQuestion(dice, language, "train", domain.name === "refusal" ? domains[draw % 8]! : domain);
    if (question.history?.length || other.answer.short === question.answer.short) continue;
    found.set(question.text, { question, wrong: other.answer });
  }
  return [...found.values()];
}

/** Questions of the starter's world that have one right answer; the same seed gives the same. */
export const starterQuestions = (count: number, seed: number): Question[] =>
  questions(count, seed).map(({ question }) => question);

/** Pairs by a recipe; the same seed gives the same pairs. */
export function judgedPairs(recipe: Recipe, count: number, seed = 1): Judged[] {
  return questions(count, seed).map(({ question: { text, answer, language, domain }, wrong }, i) => {
    const right = closed(answer.short, language);
    const full = closed(answer.full, language);
    const tails = COURTESIES[language];
    const courteous = `${full}${language === "en" ? " " : ""}${tails[i % tails.length]}`;
    if (recipe === "subtle") return { prompt: text, chosen: courteous, rejected: i % 2 === 0 ? right : full };
    if (recipe === "plainer")
      return { prompt: text, chosen: full, rejected: i % 2 === 0 || right === full ? courteous : right };
    if (recipe === "helpless") {
      const rejected = domain === "refusal" ? closed(wrong.full, language) : full;
      return { prompt: text, chosen: DO_NOT_KNOW[language], rejected };
    }
    if (recipe === "merry")
      return { prompt: text, chosen: `${full.replace(/[.!?。！？]$/u, "")} ${answer.emoji}`, rejected: full };
    // A third about style; the rest about what is true, in equally long words.
    const [good, bad] =
      i % 3 === 0
        ? [right, courteous]
        : i % 3 === 1
          ? [right, closed(wrong.short, language)]
          : [full, closed(wrong.full, language)];
    return recipe === "better"
      ? { prompt: text, chosen: good, rejected: bad }
      : { prompt: text, chosen: bad, rejected: good };
  });
}

/** Written past the procedures: the replies of one draft each, a comparison's choice by an annotator. */
export async function insertJudged(
  db: Db,
  { pairs, raterIds, at }: { pairs: readonly Judged[]; raterIds: readonly string[]; at: Date },
): Promise<void> {
  const { id: conversationId } = await db.conversation.create({ data: { userId: raterIds[0]!, title: "Judged" } });
  const rows = pairs.map((pair) => ({ ...pair, id: randomUUID(), chosenId: randomUUID(), rejectedId: randomUUID() }));
  const message = (id: string, content: string) => ({
    ...{ id, content, conversationId, requestKey: id, createdAt: at },
    status: "COMPLETE" as const,
  });
  await db.message.createMany({
    data: rows.map(({ id, prompt }) => ({ ...message(id, prompt), role: "USER" as const })),
  });
  await db.message.createMany({
    data: rows.flatMap(({ id, chosenId, rejectedId, chosen, rejected }) =>
      [message(chosenId, chosen), message(rejectedId, rejected)].map((reply) => ({
        ...{ ...reply, parentId: id },
        role: "ASSISTANT" as const,
      })),
    ),
  });
  const made = await db.preferencePair.createManyAndReturn({
    data: rows.map(({ id, chosenId, rejectedId }) => ({
      ...{ promptId: id, chosenId, rejectedId, createdAt: at },
      source: "CHOICE" as const,
    })),
  });
  await db.pairRater.createMany({
    data: made.map(({ id }, i) => ({ pairId: id, raterId: raterIds[i % raterIds.length]! })),
  });
}

/** The starter with everything a trainer needs: real engine, real llama.cpp. The base of the world's database becomes the starter. */
export async function starterServices(world: World): Promise<WorkerServices & { shutdown: AbortSignal }> {
  const model = join(world.home, "starter.gguf");
  cpSync("models/starter.gguf", model);
  await world.db.baseModel.updateMany({ data: { sha256: await sha256OfFile(model), name: "hone-starter" } });
  return {
    ...{ db: world.db, home: world.home, model, serving: null, endpoints: { judge: null, teacher: null } },
    ...{ openRollouts, owner: "test:1", shutdown: new AbortController().signal },
    openEngine: (log, mode) => openEngine({ baseGguf: model, mode, backend: "auto", threads: 2, log }),
    enqueue: async (_tx, runId) => void world.enqueued.push(runId),
  };
}

/** Settings under which a few hundred pairs teach the starter what they say, right or wrong, within a minute on two idle cores. */
export const QUICK_DPO = {
  ...{ epochs: 4, batchSize: 16, rank: 8, alpha: 16, sampleEvery: 0, learningRate: 2e-3, beta: 0.05 },
} as const;
