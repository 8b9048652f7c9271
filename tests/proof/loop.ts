// The loop proof: thumbs from a simulated rater become an adapter, which goes live while others go on chatting.
import { randomUUID } from "node:crypto";
import type { MessageView, RunView } from "../../server/domain/views.ts";
import { checkReply } from "../../trainer/starter/check.ts";
import { randomQuestion } from "../../trainer/starter/corpus/dialogue.ts";
import { Dice } from "../../trainer/starter/corpus/dice.ts";
import { LANGUAGES } from "../../trainer/starter/corpus/types.ts";
import { heldOutItems, TAUGHT_DOMAINS } from "../../trainer/starter/held-out.ts";
import { type Person, signIn, signUp, wholeReply } from "../helpers/api.ts";
import { type CompletionResult, Completions, sameReply } from "../helpers/completions.ts";
import { Figures, inParallel, median, percent } from "./figures.ts";
import { chatDuring, judgeStreams } from "./streams.ts";

const PROMPTS = 40;
const HELD_OUT = 120;
const SEED = 20261122;
const LEAST_SHORTENING = 0.3;
const MOST_LOST_RIGHT = 0.05;
const RUN_LIMIT_MS = 600_000;

/**
 * Runs the whole loop on a fresh instance through its HTTP interface only, printing every figure.
 * @returns the goals and whether they hold
 */
export async function proveTheLoop(url: string, adminLogin: { email: string; password: string }): Promise<Figures> {
  const figures = new Figures();
  const admin = await signIn(url, adminLogin);
  const rater = await signUp(url, `Rater-${randomUUID().slice(0, 8)}`);
  const { key } = await rater.trpc.apiKey.create.mutate({ name: "proof" });
  const api = new Completions(url, key);

  console.log("\nBefore\n");
  const before = await answerHeldOut(api);
  report(figures, "before", before);

  console.log("\nFeedback\n");
  const lastThumbAt = await giveFeedback(rater, figures);

  console.log("\nTraining\n");
  const run = await train(admin, figures);
  const adapter = await admin.trpc.adapter.get.query({ id: run.adapterId! });

  console.log("\nGate\n");
  const override = await passGate(admin, adapter.id, figures);

  console.log("\nActivation while others chat\n");
  const streams = await chatDuring(api, () =>
    admin.trpc.deployment.activate.mutate({ adapterId: adapter.id, override }),
  );
  figures.say("seconds from the last thumb to the live adapter", ((streams.doneAt - lastThumbAt) / 1000).toFixed(1));
  figures.say("seconds the activation took", ((streams.doneAt - streams.beganAt) / 1000).toFixed(2));
  const heard = streams.spoken.filter(({ reply }) => reply.adapter === adapter.sha256).map(({ beganAt }) => beganAt);
  figures.say(
    "milliseconds from asking for it to the first reply begun with it",
    heard.length ? Math.min(...heard) - streams.beganAt : "none was",
  );
  judgeStreams(figures, streams, adapter.sha256);

  console.log("\nAfter\n");
  const after = await answerHeldOut(api);
  report(figures, "after", after);
  const others = after.replies.filter((reply) => reply.adapter !== adapter.sha256).length;
  figures.goal("every new reply carries the new hash", others === 0, `${others} of ${HELD_OUT} carry another`);
  const shortening = 1 - after.medianTokens / before.medianTokens;
  figures.goal("median length fell by at least 30 %", shortening >= LEAST_SHORTENING, `by ${percent(shortening)}`);
  const lost = before.right - after.right;
  figures.goal(
    "right answers fell by at most 5 points",
    lost <= MOST_LOST_RIGHT + 1e-9,
    `by ${(100 * lost).toFixed(1)} points`,
  );

  console.log("\nRollback\n");
  await admin.trpc.deployment.rollback.mutate({});
  const restored = await answerHeldOut(api);
  const different = restored.replies.filter((reply, index) => !sameReply(reply, before.replies[index]!)).length;
  figures.goal(
    "rollback brings the old replies back token for token",
    different === 0,
    `${different} of ${HELD_OUT} differ`,
  );
  return figures;
}

interface HeldOutAnswers {
  replies: CompletionResult[];
  medianTokens: number;
  medianCharacters: number;
  /** Share of right answers, 0 to 1. */
  right: number;
}

/** Asks the held-out prompts greedily, so that the same weights give the same replies. */
async function answerHeldOut(api: Completions): Promise<HeldOutAnswers> {
  const items = heldOutItems(SEED, HELD_OUT);
  const replies = await inParallel(items, 4, ({ history, prompt }) => {
    const turns = history.flatMap(({ user, assistant }) => [
      { role: "user" as const, content: user },
      { role: "assistant" as const, content: assistant },
    ]);
    return api.create({ messages: [...turns, { role: "user", content: prompt }], temperature: 0, seed: 1 });
  });
  return {
    replies,
    medianTokens: median(replies.map(({ tokens }) => tokens)),
    medianCharacters: median(replies.map(({ text }) => [...text].length)),
    right: items.filter((item, index) => checkReply(item, replies[index]!.text)).length / items.length,
  };
}

function report(figures: Figures, when: string, answers: HeldOutAnswers): void {
  figures.say(
    `${when}: median length of ${HELD_OUT} held-out replies`,
    `${answers.medianTokens} tokens, ${answers.medianCharacters} characters`,
  );
  figures.say(`${when}: right answers`, percent(answers.right));
}

/** Asks each prompt twice in the chat and prefers the shorter draft. @returns when the last thumb was acknowledged, in ms */
async function giveFeedback(rater: Person, figures: Figures): Promise<number> {
  const dice = new Dice(SEED);
  const prompts = Array.from({ length: PROMPTS }, (_, index) => {
    const domain = TAUGHT_DOMAINS[Math.floor(index / LANGUAGES.length) % TAUGHT_DOMAINS.length]!;
    return randomQuestion(dice, LANGUAGES[index % LANGUAGES.length]!, "train", domain);
  });
  const asked = performance.now();
  const drafts = await inParallel(prompts, 2, async ({ text }) => {
    const { reply } = await rater.trpc.message.send.mutate({ parentId: null, content: text, requestKey: randomUUID() });
    const first = await wholeReply(rater, reply.id);
    const { id } = await rater.trpc.message.regenerate.mutate({ messageId: reply.id, requestKey: randomUUID() });
    const second = await wholeReply(rater, id);
    return [first.message, second.message] as const;
  });
  figures.say(`seconds for ${PROMPTS} prompts with two drafts each`, ((performance.now() - asked) / 1000).toFixed(1));
  const incomplete = drafts.flat().filter(({ status }) => status !== "COMPLETE").length;
  figures.goal("every draft is complete", incomplete === 0, `${incomplete} of ${2 * PROMPTS} are not`);

  let thumbs = 0;
  for (const [a, b] of drafts) {
    const length = ({ content }: MessageView) => [...content].length;
    if (length(a) === length(b)) continue; // nothing to prefer
    const [shorter, longer] = length(a) < length(b) ? [a, b] : [b, a];
    await rater.trpc.feedback.set.mutate({ messageId: shorter.id, value: 1 });
    await rater.trpc.feedback.set.mutate({ messageId: longer.id, value: -1 });
    thumbs += 2;
  }
  const lastThumbAt = Date.now();
  figures.say("thumbs sent (none where both drafts are equally long)", thumbs);
  return lastThumbAt;
}

const GATE_LIMIT_MS = 600_000;

/**
 * Waits for the adapter's gate. Its policy is about keeping what is live, and this rater wants replies to be shorter: where it refuses that, an
 * admin says so.
 * @returns the reason to activate it all the same; undefined where the gate lets it through
 */
async function passGate(admin: Person, adapterId: string, figures: Figures): Promise<string | undefined> {
  const began = Date.now();
  for (;;) {
    const [gate] = (await admin.trpc.gate.list.query({ adapterId })).items;
    if (gate?.finishedAt) {
      figures.say("seconds until the gate's report", ((Date.now() - began) / 1000).toFixed(1));
      figures.say("verdict of the gate", `${gate.status}: ${gate.verdict.map(({ code }) => code).join(", ")}`);
      figures.goal("the gate could be measured", gate.status !== "FAILED", gate.status);
      return gate.status === "PASSED" || gate.status === "UNDECIDED" ? undefined : "The rater wants shorter replies";
    }
    if (Date.now() - began > GATE_LIMIT_MS)
      throw new Error(`The gate is ${gate?.status ?? "not there"} after 10 minutes.`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function train(admin: Person, figures: Figures): Promise<RunView> {
  const created = await admin.trpc.run.create.mutate({ method: "DPO", seed: 7 });
  const began = Date.now();
  for (;;) {
    const run = await admin.trpc.run.get.query({ id: created.id });
    if (run.status === "SUCCEEDED") {
      figures.say("pairs the run trained on", run.examples);
      figures.say("steps", run.totalSteps);
      figures.say("seconds from starting the run to its adapter", ((Date.now() - began) / 1000).toFixed(1));
      return run;
    }
    if (run.status === "FAILED" || run.status === "CANCELLED" || Date.now() - began > RUN_LIMIT_MS) {
      throw new Error(
        `The run is ${run.status} after ${run.step} of ${run.totalSteps} steps: ${run.error ?? "no error given"}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
