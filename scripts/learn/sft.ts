/** SFT teaches the starter a form of answer it has never seen, for facts it knows, while replay keeps the rest as it was. */

import { plannedSteps, type Tuning } from "../../server/domain/run-config.ts";
import type { DialogueExample, TokenisedDialogue } from "../../trainer/data/example.ts";
import { tokeniseDialogues } from "../../trainer/data/tokenise.ts";
import type { AdapterName, AdapterWeights, Engine } from "../../trainer/engine/contract.ts";
import { evaluateImitation } from "../../trainer/evaluate.ts";
import { POLICY } from "../../trainer/methods/run.ts";
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
  type Starter,
  share,
  timed,
  withStarter,
} from "./shared.ts";

const DOMAINS = TAUGHT_DOMAINS.filter(({ name }) =>
  ["capital", "colour", "opposite", "animal", "compare"].includes(name),
);

/** A form of answer, and how it is asked for. */
const FORMS = {
  /** Its brackets and quotes are tokens the starter has never read, which is the harder part. */
  json: {
    wish: { en: " Answer as JSON.", zh: "用JSON回答。" },
    wrap: (fact: string) => `{"answer": ${JSON.stringify(fact)}}`,
  },
  /** Made of tokens it knows, so that every tuning learns something of it in a minute. */
  signs: { wish: { en: " Put it between signs.", zh: "写在等号之间。" }, wrap: (fact: string) => `= ${fact} =` },
} as const satisfies Record<string, { wish: Record<Language, string>; wrap(fact: string): string }>;
type Form = keyof typeof FORMS;

interface Task {
  prompt: string;
  reply: string;
}

/** One fact in five is asked in this form only when measuring, and then in phrasings that were never trained on. */
const isHeldOut = ({ answer }: Question) => textHash(answer.full) % 5 === 0;

function tasks(seed: number, count: number, heldOut: boolean, form: Form): Task[] {
  const { wish, wrap } = FORMS[form];
  const dice = new Dice(seed + (heldOut ? 1_000_003 : 0));
  const made: Task[] = [];
  while (made.length < count) {
    const language = LANGUAGES[made.length % 2]!;
    const question = randomQuestion(dice, language, heldOut ? "held" : "train", dice.pick(DOMAINS));
    if (isHeldOut(question) !== heldOut) continue;
    made.push({ prompt: question.text + wish[language], reply: wrap(question.answer.short) });
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

/** Share of replies that greedy decoding would reproduce to the last token: at each the right one is the likeliest. */
async function greedyShare(engine: Engine, adapter: AdapterName | null, examples: readonly TokenisedDialogue[]) {
  const { correct } = await engine.forward(
    examples.map(({ sequence }) => sequence),
    { adapter },
  );
  return share(correct, (row) => row.every((right) => right === 1));
}

/** @param tuning what is trained; llama.cpp speaks with LoRA adapters only, the engine alone measures the others */
export function learnSft(experiment: Experiment, form: Form = "json", tuning: Tuning = "lora"): Promise<Outcome> {
  const { seed, quick } = experiment;
  const work = async (starter: Starter): Promise<Outcome> => {
    const { engine, chat } = starter;
    const tokens = (of: readonly DialogueExample[]) =>
      tokeniseDialogues(of, chat, { ...LENGTH_RULE, overLong: "drop" }).examples;
    const sizes = quick ? { json: 640, signs: 400 } : { json: 1600, signs: 1200 };
    const examples = tokens(tasks(seed, sizes[form], false, form).map(exampleOf));
    const held = tasks(seed, quick ? 60 : 300, true, form);
    const heldTokens = tokens(held.map(exampleOf));
    const [replay, general] = [tokens(generalDialogues(seed, 400)), tokens(generalDialogues(seed + 1, 100))];
    const settings = { replay: 0.2, epochs: 2, batchSize: 16, microBatchSize: 16, tuning };
    const config = starter.config("SFT", settings, { examples: examples.length });

    const measured = async (adapter: AdapterName | null, weights: AdapterWeights | null) => ({
      loss: (await evaluateImitation(engine, adapter, heldTokens)).loss,
      greedy: await greedyShare(engine, adapter, heldTokens),
      general: (await evaluateImitation(engine, adapter, general)).loss,
      ...(tuning === "lora" && (await spoken(starter, weights, held, quick))),
    });
    const before = await measured(null, null);
    const { result, seconds } = await timed(() =>
      trainSft({
        ...starter.run(),
        dialogues: examples,
        replay,
        config,
      }),
    );
    const after = await (result.kind === "adapter" ? measured(POLICY, result.weights) : measured(null, null));
    const figure = (name: string, key: keyof typeof before) =>
      before[key] === undefined ? [] : [{ name, before: before[key], after: after[key]! }];
    return {
      method: `SFT, ${tuning}`,
      data: `${examples.length} questions answered as ${FORMS[form].wrap("…")}; ${held.length} held-out ones about other facts`,
      figures: [
        ...figure("held-out loss, nats per token", "loss"),
        ...figure("held-out facts, right and in the form", "greedy"),
        ...figure("the same as llama.cpp says it", "right"),
        ...figure("loss on general dialogues", "general"),
        ...figure("other questions still right", "others"),
      ],
      steps: plannedSteps(config, examples.length),
      seconds,
    };
  };
  return withStarter(experiment, work, tuning === "full" ? "full" : "lora");
}

const exampleOf = ({ prompt, reply }: Task, i: number): DialogueExample => ({
  prompt: messagesOf(prompt),
  completion: { content: reply, tokenIds: null },
  weight: 1,
  origin: `task ${i + 1}`,
});

/** What llama.cpp says with the adapter: exactly the wanted reply, and right answers to questions without the wish. */
async function spoken(starter: Starter, weights: AdapterWeights | null, held: readonly Task[], quick: boolean) {
  const replies = await starter.replies(
    weights,
    held.map(({ prompt }) => messagesOf(prompt)),
  );
  return {
    right: share(held, ({ reply }, i) => replies[i] === reply),
    others: await rightShare(starter, weights, heldOutItems(1, quick ? 38 : 190)),
  };
}
