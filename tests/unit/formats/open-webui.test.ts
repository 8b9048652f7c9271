// Open WebUI's export of feedback: thumbs, the pairs that siblings make, and trees that are not what they should be.
import { describe, expect, test } from "vitest";
import { readExamples, writeExample } from "../../../server/domain/formats/index.ts";

interface Node {
  id: string;
  parentId: string | null;
  role: string;
  content: string;
  annotation?: { rating: number };
}

/** A record as its admin page exports it. */
function feedback(rating: number | string, messages: Node[], more: { messageId?: string; system?: string } = {}) {
  const withChildren = messages.map((node) => ({
    ...node,
    childrenIds: messages.filter(({ parentId }) => parentId === node.id).map(({ id }) => id),
    timestamp: 1_730_000_000,
  }));
  return {
    ...{ id: "f1", user_id: "u1", version: 0, type: "rating" },
    data: {
      rating,
      model_id: "llama3",
      sibling_model_ids: null,
      reason: "accurate_information",
      comment: "",
      tags: [],
    },
    meta: { arena: false, chat_id: "c1", message_id: more.messageId ?? "a", message_index: 1 },
    snapshot: {
      chat: {
        ...{ id: "c1", user_id: "u1", title: "Sky" },
        chat: {
          ...{ title: "Sky", models: ["llama3"], params: more.system ? { system: more.system } : {} },
          history: { messages: Object.fromEntries(withChildren.map((node) => [node.id, node])), currentId: "a" },
        },
      },
    },
    ...{ created_at: 1_730_000_000, updated_at: 1_730_000_000 },
  };
}

const question: Node = { id: "q", parentId: null, role: "user", content: "What colour is the sky?" };
const blue: Node = { id: "a", parentId: "q", role: "assistant", content: "Blue." };
const green: Node = { id: "b", parentId: "q", role: "assistant", content: "Green." };
const texts = (value: unknown) =>
  readExamples("open-webui", "PAIRS", value).map(({ content }) =>
    "chosen" in content ? `${content.chosen.content} > ${content.rejected.content}` : "",
  );

describe("thumbs", () => {
  test("the way to the rated reply is the prompt, the system prompt of the chat before it", () => {
    const later: Node[] = [
      { id: "q2", parentId: "a", role: "user", content: "And at night?" },
      { id: "a2", parentId: "q2", role: "assistant", content: "Black." },
    ];
    const value = feedback("-1", [question, blue, green, ...later], { messageId: "a2", system: "Be brief." });
    expect(readExamples("open-webui", "THUMBS", value)).toMatchObject([
      {
        content: {
          prompt: [
            { role: "system", content: "Be brief." },
            { role: "user", content: "What colour is the sky?" },
            { role: "assistant", content: "Blue." },
            { role: "user", content: "And at night?" },
          ],
          completion: { content: "Black." },
          liked: false,
        },
      },
    ]);
  });

  test("a conversation that lies less deep, with its messages in a list, is read as well", () => {
    const value = feedback(1, [question, blue]) as { snapshot: { chat: object } };
    const { chat } = value.snapshot.chat as unknown as { chat: { history: { messages: object } } };
    const list = { ...chat, history: { messages: Object.values(chat.history.messages) } };
    expect(readExamples("open-webui", "THUMBS", { ...value, snapshot: list })).toHaveLength(1);
    expect(readExamples("open-webui", "THUMBS", { ...value, snapshot: { chat: list } })).toHaveLength(1);
  });

  test.each<[string, unknown, RegExp]>([
    ["no snapshot", { ...feedback(1, [question, blue]), snapshot: null }, /"snapshot" holds no conversation/],
    ["a rating of ten", feedback(10, [question, blue]), /"data\.rating" must be true or false, found 10/],
    [
      "a message that is not there",
      feedback(1, [question, blue], { messageId: "z" }),
      /names no reply of the snapshot; there are 2/,
    ],
    ["a rated question", feedback(1, [question, blue], { messageId: "q" }), /names no reply/],
    ["a reply to nothing", feedback(1, [{ ...blue, parentId: null }]), /must end with a user turn, found nothing/],
    ["no data", { type: "rating" }, /"data": /],
    ["no object", 7, /expected a feedback .*; found number/],
  ])("%s is named", (_, value, message) => {
    expect(() => readExamples("open-webui", "THUMBS", value)).toThrow(message);
  });

  test("a tree that bites its own tail ends where it does", () => {
    const round: Node[] = [
      { ...question, parentId: "a" },
      { ...blue, parentId: "q" },
    ];
    expect(readExamples("open-webui", "THUMBS", feedback(1, round))).toHaveLength(1);
  });
});

describe("pairs", () => {
  test("a liked reply beats its siblings, a disliked one loses to them", () => {
    expect(texts(feedback(1, [question, blue, green, { ...green, id: "c", content: "Red." }]))).toEqual([
      "Blue. > Green.",
      "Blue. > Red.",
    ]);
    expect(texts(feedback(-1, [question, blue, green]))).toEqual(["Green. > Blue."]);
  });

  test("where both siblings were rated, the pair is there once, and equal ratings make none", () => {
    const liked = { ...blue, annotation: { rating: 1 } };
    const disliked = { ...green, annotation: { rating: -1 } };
    expect(texts(feedback(1, [question, liked, disliked]))).toEqual(["Blue. > Green."]);
    expect(texts(feedback(-1, [question, liked, disliked], { messageId: "b" }))).toEqual([]);
    expect(texts(feedback(1, [question, liked, { ...disliked, annotation: { rating: 1 } }]))).toEqual([]);
  });

  test("a rating of a lone reply prefers it to nothing", () => {
    expect(() => texts(feedback(1, [question, blue]))).toThrow(/lone reply/);
  });
});

test("what is written has the fields of an export", () => {
  const content = {
    prompt: [{ role: "user" as const, content: "Hi", tokenIds: null }],
    ...{ chosen: { content: "Hello.", tokenIds: null }, rejected: { content: "What?", tokenIds: null }, weight: 1 },
  };
  const line = JSON.parse(writeExample("open-webui", "PAIRS", { content }).line);
  expect(line).toMatchObject({ type: "rating", data: { rating: 1, sibling_model_ids: ["reply-1"] } });
  const { history } = line.snapshot.chat.chat;
  const rated = history.messages[line.meta.message_id];
  expect(rated).toMatchObject({ role: "assistant", content: "Hello.", annotation: { rating: 1 } });
  expect(history.messages[rated.parentId].childrenIds).toHaveLength(2);
});
