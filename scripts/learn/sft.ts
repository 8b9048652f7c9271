/** SFT teaches the starter a form it has never seen, JSON, for facts it knows, while replay keeps the rest as it was. */

import type { DialogueExample } from "../../trainer/data/example.ts";
import { tokeniseDialogues } from "../../trainer/data/tokenise.ts";
import type { AdapterKind } from "../../trainer/engine/contract.ts";
import { evaluateImitation } from "../../trainer/evaluate.ts";
import { trainSft } from "../../trainer/methods/sft.ts";
import { dialogues, randomQuestion } from "../../trainer/starter/corpus/dialogue.ts";
import { Dice, textHash } from "../../trainer/starter/corpus/dice.ts";
import { LANGUAGES, type Language, type Question } from "../../trainer/starter/corpus/types.ts";
import { heldOutItems, TAUGHT_DOMAINS } from "../../trainer/starter/held-out.ts";
import {
  type Experiment,
  LENGTH_RULE,
  messagesOf,
  type Outcome,
  rightShare,
  share,
  timed,
  withStarter,
} from "./shared.ts";

const DOMAINS = TAUGHT_DOMAINS.filter(({ name }) =>
  ["capital", "colour", "opposite", "animal", "compare"].includes(name),
);

const WISH: Record<Language, string> = { en: " Answer as JSON.", zh: "用JSON回答。" };

interface Task {
  prompt: string;
  reply: string;
}

/** One fact in five is asked in this form only when measuring, and then in phrasings that were never trained on. */
const isHeldOut = ({ answer }: Question) => textHash(answer.full) % 5 === 0;

function tasks(seed: number, count: number, heldOut: boolean): Task[] {
  const dice = new Dice(seed + (heldOut ? 1_000_003 : 0));
  const made: Task[] = [];
  while (made.length < count) {
    const language = LANGUAGES[made.length % 2]!;
    const question = randomQuestion(dice, language, heldOut ? "held" : "train", dice.pick(DOMAINS));
    if (isHeldOut(question) !== heldOut) continue;
    const reply = `{"answer": ${JSON.stringify(question.answer.short)}}`;
    made.push({ prompt: question.text + WISH[language], reply });
  }
  return made;
}

/** What the starter was made from, to be replayed. */
function generalDialogues(seed: number, count: number): DialogueExample[] {
  const corpus = dialogues(seed + 2_000_003);
  return Array.from({ length: count }, (_, i) => {
    const { turns } = corpus.next().value;
    const { user, assistant } = turns.at(-1)!;
    const prompt = messagesOf(user, turns.slice(0, -1));
    return { prompt, completion: { content: assistant, tokenIds: null }, weight: 1, origin: `dialogue ${i + 1}` };
  });
}

/** @param kind of adapter; those that llama.cpp cannot apply are measured by the engine alone */
export function learnSft(experiment: Experiment, kind: AdapterKind = "lora"): Promise<Outcome> {
  const { seed, quick } = experiment;
  return withStarter(experiment, async (starter) => {
    const { engine, chat } = starter;
    const examples = tasks(seed, quick ? 320 : 1600, false);
    const held = tasks(seed, quick ? 60 : 300, true);
    const tokens = (of: readonly Task[]) =>
      tokeniseDialogues(
        of.map(({ prompt, reply }, i) => ({
          prompt: messagesOf(prompt),
          completion: { content: reply, tokenIds: null },
          weight: 1,
          origin: `task ${i + 1}`,
        })),
        chat,
        LENGTH_RULE,
      ).examples;
    const general = tokeniseDialogues(generalDialogues(seed, 400), chat, { ...LENGTH_RULE, overLong: "drop" }).examples;
    const settings = { replay: 0.2, epochs: 2, batchSize: 16, microBatchSize: 16, tuning: kind };
    const config = starter.config("SFT", settings, { examples: examples.length });
    const taught = heldOutItems(seed, quick ? 38 : 190);
    const before = await evaluateImitation(engine, null, tokens(held));
    let steps = 0;
    const { result, seconds } = await timed(() =>
      trainSft({
        ...starter.run(),
        onStep: (report) => {
          steps = report.totalSteps;
          experiment.onStep?.(report);
        },
        dialogues: tokens(examples),
        replay: general,
        config,
      }),
    );
    if (result.kind !== "adapter") throw new Error("Expected an adapter.");
    const after = await evaluateImitation(engine, "policy", tokens(held));
    const figures = [{ name: "held-out loss, nats per token", before: before.loss, after: after.loss }];
    if (kind === "lora") {
      const prompts = held.map(({ prompt }) => messagesOf(prompt));
      const replies = {
        before: await starter.replies(null, prompts),
        after: await starter.replies(result.weights, prompts),
      };
      const exact = (of: string[]) => share(held, ({ reply }, i) => of[i] === reply);
      const form = (of: string[]) => share(of, (text) => /^\{"answer": ".+"\}$/.test(text));
      figures.push(
        {
          name: "held-out facts, right and in the form",
          before: exact(replies.before),
          after: exact(replies.after),
        },
        { name: "replies in the form", before: form(replies.before), after: form(replies.after) },
        {
          name: "other questions still right",
          before: await rightShare(starter, null, taught),
          after: await rightShare(starter, result.weights, taught),
        },
      );
    }
    return {
      method: kind === "lora" ? "SFT" : `SFT, ${kind} adapter`,
      data: `${examples.length} questions answered as {"answer": "…"}; ${held.length} held-out ones about other facts`,
      figures,
      steps,
      seconds,
    };
  });
}
