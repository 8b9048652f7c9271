// Lines in the layouts that other projects publish, and what is wrong with those that are not.
import { describe, expect, test } from "vitest";
import { readExamples, writeExample } from "../../../server/domain/formats/index.ts";
import type { DataKind } from "../../../server/domain/run-config.ts";
import type { DataFormat } from "../../../server/domain/views.ts";

const user = (content: string) => ({ role: "user", content, tokenIds: null });
const assistant = (content: string) => ({ role: "assistant", content, tokenIds: null });
const system = (content: string) => ({ role: "system", content, tokenIds: null });
const reply = (content: string) => ({ content, tokenIds: null });
const pair = (prompt: object[], chosen: string, rejected: string) => ({
  ...{ prompt, chosen: reply(chosen), rejected: reply(rejected), weight: 1 },
});
const one = (format: DataFormat, kind: DataKind, value: unknown) => {
  const examples = readExamples(format, kind, value);
  expect(examples).toHaveLength(1);
  return examples[0]!.content;
};

describe("TRL", () => {
  const turn = (role: string, content: string) => ({ role, content });
  const asked = turn("user", "What colour is the sky?");

  test.each([
    [
      "an explicit prompt",
      { prompt: [asked], chosen: [turn("assistant", "Blue.")], rejected: [turn("assistant", "Green.")] },
    ],
    [
      "an implicit prompt",
      { chosen: [asked, turn("assistant", "Blue.")], rejected: [asked, turn("assistant", "Green.")] },
    ],
    [
      "a prompt that is said twice",
      {
        prompt: asked.content,
        chosen: [asked, turn("assistant", "Blue.")],
        rejected: [asked, turn("assistant", "Green.")],
        score_chosen: 9,
      },
    ],
    ["strings", { prompt: asked.content, chosen: "Blue.", rejected: "Green." }],
  ])("pairs with %s", (_, line) => {
    expect(one("trl", "PAIRS", line)).toEqual(pair([user(asked.content)], "Blue.", "Green."));
  });

  test("unpaired thumbs, and margins of reward models", () => {
    expect(one("trl", "THUMBS", { prompt: "Hi", completion: [turn("assistant", "Ho")], label: false })).toMatchObject({
      liked: false,
    });
    expect(one("trl", "PAIRS", { prompt: "Hi", chosen: "a", rejected: "b", margin: 0.5 })).toMatchObject({
      margin: 0.5,
    });
  });

  test("conversations that part too early are no pair", () => {
    const line = {
      chosen: [asked, turn("assistant", "Blue."), turn("user", "Sure?"), turn("assistant", "Yes.")],
      rejected: [turn("user", "Other?"), turn("assistant", "No.")],
    };
    expect(() => readExamples("trl", "PAIRS", line)).toThrow(/same conversation up to the last turn/);
  });
});

describe("ShareGPT and minimind", () => {
  const conversations = [
    { from: "human", value: "Hi" },
    { from: "gpt", value: "Hello." },
    { from: "human", value: "Bye" },
  ];
  const turns = [user("Hi"), assistant("Hello."), user("Bye")];

  test("conversations with a system prompt beside them", () => {
    const line = { system: "Be brief.", conversations: [...conversations, { from: "gpt", value: "Goodbye." }] };
    const prompt = [system("Be brief."), ...turns];
    expect(one("sharegpt", "DIALOGUES", line)).toEqual({ prompt, completion: reply("Goodbye."), weight: 1 });
  });

  test("pairs with chosen and rejected, and thumbs with kto_tag", () => {
    const replies = { chosen: { from: "gpt", value: "See you." }, rejected: { from: "gpt", value: "What?" } };
    expect(one("sharegpt", "PAIRS", { conversations, ...replies })).toEqual(pair(turns, "See you.", "What?"));
    const rated = { conversations: [...conversations, { from: "gpt", value: "What?" }], kto_tag: false };
    expect(one("sharegpt", "THUMBS", rated)).toMatchObject({ liked: false, completion: reply("What?") });
  });

  test("minimind's role and content, its pairs, and the room it leaves for a reply", () => {
    const asked = { role: "user", content: "你是谁？" };
    const said = (content: string) => ({ role: "assistant", content });
    expect(one("sharegpt", "DIALOGUES", { conversations: [asked, said("我是小助手。")] })).toMatchObject({
      prompt: [user("你是谁？")],
      completion: reply("我是小助手。"),
    });
    expect(one("sharegpt", "PAIRS", { chosen: [asked, said("好。")], rejected: [asked, said("坏。")] })).toEqual(
      pair([user("你是谁？")], "好。", "坏。"),
    );
    expect(one("sharegpt", "PROMPTS", { conversations: [asked, said("")] })).toEqual({
      prompt: [user("你是谁？")],
      answer: null,
    });
    expect(one("sharegpt", "TEXTS", { text: "从前" })).toEqual({ text: "从前" });
  });

  test.each<[string, object, RegExp]>([
    [
      "a tool",
      { conversations: [{ from: "function_call", value: "{}" }] },
      /"conversations\.0\.from".*"function_call"/,
    ],
    ["no end", { conversations: [{ from: "human", value: "Hi" }] }, /must end with an assistant turn, found user/],
    [
      "a number",
      { conversations: [{ from: "human", value: 3 }] },
      /"conversations\.0\.value" must be a text, found number/,
    ],
    ["nothing", { conversations: [] }, /has no turns/],
    ["a string", { conversations: "Hi" }, /must be a list of turns, found string/],
  ])("%s is named", (_, line, message) => {
    expect(() => readExamples("sharegpt", "DIALOGUES", line)).toThrow(message);
  });
});

describe("LLaMA-Factory", () => {
  const asked = { instruction: "Translate.", input: "Guten Tag", system: "You translate." };
  const prompt = [system("You translate."), user("Translate.\nGuten Tag")];

  test("alpaca with input, system prompt and history", () => {
    const line = { ...asked, output: "Good day.", history: [["Hello", "Hi."]] };
    expect(one("llama-factory", "DIALOGUES", line)).toEqual({
      prompt: [system("You translate."), user("Hello"), assistant("Hi."), user("Translate.\nGuten Tag")],
      completion: reply("Good day."),
      weight: 1,
    });
  });

  test("pairs as they are and as they were", () => {
    const expected = pair(prompt, "Good day.", "Bad day.");
    expect(one("llama-factory", "PAIRS", { ...asked, chosen: "Good day.", rejected: "Bad day." })).toEqual(expected);
    expect(one("llama-factory", "PAIRS", { ...asked, output: ["Good day.", "Bad day."] })).toEqual(expected);
  });

  test("kto_tag beside an output, a conversation, or messages", () => {
    const expected = { prompt: [user("Hi")], completion: reply("Ho"), liked: true, weight: 1 };
    const messages = [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Ho" },
    ];
    const conversations = [
      { from: "human", value: "Hi" },
      { from: "gpt", value: "Ho" },
    ];
    for (const line of [
      { instruction: "Hi", output: "Ho", kto_tag: true },
      { conversations, kto_tag: true },
      { messages, label: true },
    ])
      expect(one("llama-factory", "THUMBS", line)).toEqual(expected);
    expect(() => readExamples("llama-factory", "THUMBS", { instruction: "Hi", output: "Ho", kto_tag: "true" })).toThrow(
      /"kto_tag" must be true or false, found "true"/,
    );
  });

  test("prompts whose turns its layout cannot say are left behind", () => {
    const content = { prompt: [user("One"), user("Two")], completion: reply("Three"), weight: 1 } as never;
    expect(() => writeExample("llama-factory", "DIALOGUES", { content })).toThrow("do not alternate");
  });
});

describe("OpenAI", () => {
  const messages = [
    { role: "developer", content: "Be kind." },
    { role: "user", content: [{ type: "text", text: "How cold is it?" }] },
  ];
  const prompt = [system("Be kind."), user("How cold is it?")];

  test("preferred and non-preferred outputs", () => {
    const line = {
      input: { messages, tools: [], parallel_tool_calls: true },
      preferred_output: [{ role: "assistant", content: "Four degrees." }],
      non_preferred_output: [{ role: "assistant", content: "Cold." }],
    };
    expect(one("openai", "PAIRS", line)).toEqual(pair(prompt, "Four degrees.", "Cold."));
    const two = { ...line, preferred_output: [...line.preferred_output, { role: "user", content: "Sure?" }] };
    expect(() => readExamples("openai", "PAIRS", two)).toThrow(
      /"preferred_output" must be one assistant turn, found assistant, user/,
    );
  });

  test("chat lines, and pictures that nothing can be learned from", () => {
    const line = { messages: [...messages, { role: "assistant", content: "Four degrees.", weight: 1 }] };
    expect(one("openai", "DIALOGUES", line)).toEqual({ prompt, completion: reply("Four degrees."), weight: 1 });
    const picture = { messages: [{ role: "user", content: [{ type: "image_url", image_url: {} }] }] };
    expect(() => readExamples("openai", "PROMPTS", picture)).toThrow(/part of type "image_url"/);
  });
});

describe("HH transcripts", () => {
  const opening = "\n\nHuman: What is good?\n\nAssistant: Tea.\n\nHuman: Why?\n\nAssistant:";

  test("the last turns of both are the replies", () => {
    const line = { chosen: `${opening} It is warm.`, rejected: `${opening} Go away.\n\nReally.` };
    const prompt = [user("What is good?"), assistant("Tea."), user("Why?")];
    expect(one("hh", "PAIRS", line)).toEqual(pair(prompt, "It is warm.", "Go away.\n\nReally."));
    expect(one("hh", "DIALOGUES", { transcript: line.chosen })).toMatchObject({
      prompt,
      completion: reply("It is warm."),
    });
  });

  test.each<[string, object, RegExp]>([
    [
      "part early",
      { chosen: `${opening} a`, rejected: "\n\nHuman: Else?\n\nAssistant: b" },
      /part before their last turn/,
    ],
    [
      "end with a question",
      { chosen: "\n\nHuman: a", rejected: "\n\nHuman: a" },
      /must end with an assistant turn, found user/,
    ],
    ["are no transcripts", { chosen: "Blue.", rejected: "Green." }, /no turn that begins with/],
    [
      "begin in the middle",
      { chosen: `and so\n${opening} a`, rejected: `and so\n${opening} b` },
      /begins with something else/,
    ],
    ["are equal", { chosen: `${opening} a`, rejected: `${opening} a` }, /same text/],
    ["end with nothing", { chosen: `${opening}`, rejected: `${opening} a` }, /"chosen" is empty/],
  ])("two that %s are named", (_, line, message) => {
    expect(() => readExamples("hh", "PAIRS", line)).toThrow(message);
  });
});
