// People who talk to a running Hone over its API and agree about what they like: one whole sentence, right, and nothing around it.
import { randomUUID } from "node:crypto";
import type { MessageView } from "../../server/domain/views.ts";
import { closed } from "../../trainer/starter/corpus/wording.ts";
import { type Person, signUp, wholeReply } from "./api.ts";
import { uniqueName } from "./e2e.ts";
import { starterQuestions } from "./gate-recipes.ts";

interface Asked {
  text: string;
  /** What they would like to hear. */
  answer: string;
}

/** Questions in both languages, each once; the same seed gives the same ones. */
export const questions = (count: number, seed: number): Asked[] =>
  starterQuestions(count, seed).map(({ text, answer, language }) => ({ text, answer: closed(answer.full, language) }));

export const crowd = (url: string, count: number): Promise<Person[]> =>
  Promise.all(Array.from({ length: count }, () => signUp(url, uniqueName("Kim"))));

/** Shares the questions out among the people, who all talk at the same time, and each about one thing after the other. */
async function each<Item>(
  people: readonly Person[],
  items: readonly Item[],
  act: (person: Person, item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  await Promise.all(
    people.map(async (person) => {
      for (const item of left) await act(person, item);
    }),
  );
}

async function ask(person: Person, content: string) {
  const { reply } = await person.trpc.message.send.mutate({ parentId: null, content, requestKey: randomUUID() });
  return (await wholeReply(person, reply.id)).message;
}

/** Asks, asks again until the reply is another one, and likes the shorter of the first and the last. */
export async function preferShorter(person: Person, content: string): Promise<void> {
  const first = await ask(person, content);
  let second = first;
  for (let tries = 0; tries < 8 && second.content === first.content; tries++) {
    const { id } = await person.trpc.message.regenerate.mutate({ messageId: first.id, requestKey: randomUUID() });
    second = (await wholeReply(person, id)).message;
  }
  const [shorter, longer] = first.content.length <= second.content.length ? [first, second] : [second, first];
  await person.trpc.feedback.set.mutate({ messageId: shorter.id, value: 1 });
  await person.trpc.feedback.set.mutate({ messageId: longer.id, value: -1 });
}

/** Everybody asks, likes a reply that is as it should be, and writes any other one anew: a pair each. */
export const correct = (people: readonly Person[], asked: readonly Asked[]): Promise<void> =>
  each(people, asked, async (person, { text, answer }) => {
    const reply = await ask(person, text);
    if (reply.content === answer) await person.trpc.feedback.set.mutate({ messageId: reply.id, value: 1 });
    else await person.trpc.feedback.edit.mutate({ messageId: reply.id, content: answer, requestKey: randomUUID() });
  });

/** Everybody asks, each question in a conversation of its own, and gives the reply a thumb. */
export const judge = (
  people: readonly Person[],
  asked: readonly Asked[],
  likes: (reply: MessageView, answer: string) => boolean,
): Promise<void> =>
  each(people, asked, async (person, { text, answer }) => {
    const reply = await ask(person, text);
    await person.trpc.feedback.set.mutate({ messageId: reply.id, value: likes(reply, answer) ? 1 : -1 });
  });
