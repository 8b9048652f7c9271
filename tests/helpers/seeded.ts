// Fills an instance with the traces of use that pages are looked at with: people, conversations, thumbs, a run, releases.
import { randomUUID } from "node:crypto";
import { type Person, signUp, wholeReply } from "./api.ts";

const PROMPTS = [
  "What is the capital of France?",
  "What is the opposite of hot?",
  "What colour is the sky?",
  "How many days are in a week?",
  "Which month comes after May?",
  "What is 12 plus 30?",
  "How do I make tea?",
  "Tell me a short story about a cat.",
  "法国的首都是哪里？",
  "热的反义词是什么？",
  "一周有几天？",
  "天空是什么颜色？",
];

export interface Seeded {
  /** A conversation of the admin's with two drafts of its last reply. */
  conversationId: string;
  runId: string;
  adapterId: string;
  datasetId: string;
  /** Somebody who chats. */
  visitor: Person;
}

const LOOK_MS = 500;

export async function until<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** The verdict on an adapter, once there is one. @returns id of its gate */
export const measured = ({ trpc }: Person, adapterId: string) =>
  until(async () => {
    const [gate] = (await trpc.gate.list.query({ adapterId })).items;
    if (gate?.status === "FAILED") throw new Error(`The gate of ${adapterId} failed.`);
    return gate && gate.status !== "QUEUED" && gate.status !== "RUNNING" ? gate.id : null;
  });

/** A reply that is shorter than the first comes soon, unless that was a single word. */
const TRIES = 5;

/** Asks, asks again, and prefers the shorter draft. @returns the conversation */
async function judgeTwoDrafts(
  person: Person,
  content: string,
  conversationId?: string,
  parentId: string | null = null,
) {
  const sent = await person.trpc.message.send.mutate({ conversationId, parentId, content, requestKey: randomUUID() });
  const first = (await wholeReply(person, sent.reply.id)).message;
  let second = first;
  for (let i = 0; i < TRIES && second.content.length >= first.content.length; i++) {
    const again = await person.trpc.message.regenerate.mutate({ messageId: first.id, requestKey: randomUUID() });
    second = (await wholeReply(person, again.id)).message;
  }
  const [shorter, longer] = first.content.length < second.content.length ? [first, second] : [second, first];
  await person.trpc.feedback.set.mutate({ messageId: shorter.id, value: 1 });
  if (longer.content !== shorter.content)
    await person.trpc.feedback.set.mutate({ messageId: longer.id, value: -1, reasons: ["too-long"] });
  return { conversationId: sent.conversationId, last: second.id };
}

/** Takes about a minute and a half on an idle machine, most of it the training run and its gate. */
export async function seedInstance(url: string, admin: Person): Promise<Seeded> {
  const people = await Promise.all(["Mei", "Jonas"].map((name) => signUp(url, name)));
  for (const [index, prompt] of PROMPTS.entries()) await judgeTwoDrafts(people[index % 2]!, prompt);
  const opened = await judgeTwoDrafts(admin, "What is the capital of Japan?");
  await judgeTwoDrafts(admin, "And the capital of France?", opened.conversationId, opened.last);

  const { id } = await admin.trpc.run.create.mutate({ method: "DPO", seed: 7 });
  const run = await until(async () => {
    const now = await admin.trpc.run.get.query({ id });
    return ["SUCCEEDED", "FAILED", "CANCELLED"].includes(now.status) && now;
  });
  if (!run.adapterId) throw new Error(`The run ended as ${run.status}: ${run.error ?? "no error given"}`);
  // Before it goes live, so that its gate has the base beside it.
  await measured(admin, run.adapterId);
  const override = "A dozen judgements decide nothing; tried all the same.";
  await admin.trpc.deployment.activate.mutate({ adapterId: run.adapterId, override });
  const sent = await admin.trpc.message.send.mutate({
    parentId: null,
    content: "What is the capital of France?",
    requestKey: randomUUID(),
  });
  await wholeReply(admin, sent.reply.id);
  const { adapterId, datasetId } = run;
  return { conversationId: opened.conversationId, runId: id, adapterId, datasetId, visitor: people[0]! };
}
