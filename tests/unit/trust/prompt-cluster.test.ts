// Which prompts are near-duplicates, whatever their order.
import fc from "fast-check";
import { expect, test } from "vitest";
import { duplicatesAmong, promptClusters, promptText } from "../../../server/domain/prompt-cluster.ts";

const together = (a: string, b: string) => {
  const [x, y] = promptClusters([a, b]);
  return x === y;
};

test("spelling, a number, a politeness do not make another prompt; another question does", () => {
  const question = "Can you write a polite e-mail to my landlord about the heating that has been broken since Monday?";
  expect(together(question, question.toUpperCase().replaceAll(" ", "  "))).toBe(true);
  expect(together(question, `Hi! ${question}`)).toBe(true);
  expect(together(question, question.replace("Monday", "Friday"))).toBe(true);
  expect(
    together(question, "Can you write a short poem about autumn that a child of eight could learn by heart?"),
  ).toBe(false);
  const chinese = "请帮我写一封礼貌的邮件给房东，告诉他厨房的暖气从上周一开始就坏了，希望他尽快派人来修理";
  expect(together(chinese, `${chinese}，谢谢`)).toBe(true);
  expect(together(chinese, "请用三句话解释为什么傍晚的天空会变成红色，让十岁的孩子也能够听懂其中的道理")).toBe(false);
});

test("short prompts are together only when they are the same", () => {
  expect(together("What is 2 + 2?", "what is 2+2")).toBe(true);
  expect(together("What is 2 + 2?", "What is 2 + 3?")).toBe(false);
  expect(together("?", "!")).toBe(false);
});

test("a text is a duplicate of those that it is in a cluster with", () => {
  const known = [
    "Can you write a polite e-mail to my landlord about the heating that has been broken since Monday?",
    "What is 2 + 2?",
    "what is 2+2",
    "Can you write a short poem about autumn that a child of eight could learn by heart?",
  ];
  const duplicates = duplicatesAmong(known);
  const others = [
    ...known,
    "What is 2 + 3?",
    `Hi! ${known[0]}`,
    known[3]!.replace("eight", "nine"),
    "Something else altogether, please",
  ];
  for (const other of others)
    expect([other, duplicates(other).sort()]).toEqual([
      other,
      known.flatMap((text, i) => (together(text, other) ? [i] : [])),
    ]);
});

test("clusters do not depend on the order", () => {
  const stems = [
    "a long question about the history of the railways in the north",
    "another one on how to bake bread without any yeast",
  ];
  const text = fc.tuple(fc.nat({ max: 1 }), fc.nat({ max: 9 })).map(([stem, n]) => `${stems[stem]} number ${n}`);
  fc.assert(
    fc.property(fc.uniqueArray(text, { minLength: 2, maxLength: 20 }), (texts) => {
      const there = promptClusters(texts);
      const back = promptClusters([...texts].reverse()).reverse();
      for (let i = 0; i < texts.length; i++)
        for (let j = 0; j < i; j++) expect(back[i] === back[j]).toBe(there[i] === there[j]);
    }),
  );
});

test("the numbers go by first appearance", () => {
  expect([...promptClusters(["x", "y", "x", "z"])]).toEqual([0, 1, 0, 2]);
});

test("a last turn too short to say anything is read with what stood before it", () => {
  const long = { content: "Tell me about the railways of the north." };
  expect(promptText([{ content: "Hello." }, long])).toBe(`${long.content}\n`);
  expect(promptText([long, { content: "They run." }, { content: "Why?" }])).toContain("railways");
  expect(promptText([])).toBe("");
});
