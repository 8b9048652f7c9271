/** Open WebUI's export of feedback: a rating each, with a snapshot of the whole conversation tree it was given in. */

import { createHash } from "node:crypto";
import { z } from "zod";
import { BadLine, type Turn } from "../dataset-lines.ts";
import type { Example, Format } from "./format.ts";
import { asLabel, asPair, asPrompt, asReply, objectOf } from "./turns.ts";

const node = z.object({
  id: z.string(),
  parentId: z.string().nullish(),
  role: z.enum(["user", "assistant", "system"]),
  content: z.string(),
  annotation: z.object({ rating: z.coerce.number() }).partial().nullish(),
});
type Node = z.output<typeof node>;

const feedback = z.object({
  data: z.object({ rating: z.coerce.number() }),
  meta: z.object({ message_id: z.string() }),
});

/** A rating and the tree around the message it is about. */
interface Rated {
  rating: number;
  message: Node;
  nodes: Map<string, Node>;
  system: string;
}

/** @throws BadLine */
function ratedOf(value: unknown): Rated {
  const item = objectOf(value, 'a feedback with "data", "meta" and "snapshot"');
  const known = feedback.safeParse(item);
  if (!known.success) {
    const [issue] = known.error.issues;
    throw new BadLine(
      `expected a feedback with "data", "meta" and "snapshot"; "${issue?.path.join(".")}": ${issue?.message}.`,
    );
  }
  const chat = chatOf(item.snapshot);
  const nodes = new Map(nodesOf(chat.history).map((each) => [each.id, each]));
  const message = nodes.get(known.data.meta.message_id);
  if (message?.role !== "assistant")
    throw new BadLine(`"meta.message_id" names no reply of the snapshot; there are ${nodes.size} messages in it.`);
  const { system } = (chat.params ?? {}) as { system?: unknown };
  return { rating: known.data.data.rating, message, nodes, system: typeof system === "string" ? system : "" };
}

/** Releases differ in how deep the conversation lies: chat.chat, chat, or the snapshot itself. */
function chatOf(snapshot: unknown): Record<string, unknown> {
  for (let at = snapshot, depth = 0; depth < 3 && typeof at === "object" && at !== null; depth++) {
    if ("history" in at) return at as Record<string, unknown>;
    at = (at as { chat?: unknown }).chat;
  }
  throw new BadLine('"snapshot" holds no conversation; export the feedback from the admin page, which includes it.');
}

function nodesOf(history: unknown): Node[] {
  const { messages } = objectOf(history, '"history" to be an object with "messages"');
  const all = Array.isArray(messages)
    ? messages
    : Object.values(objectOf(messages ?? {}, '"messages" to be an object'));
  // Messages of tools, and half-written ones, are none that could be trained on.
  return all.flatMap((each) => {
    const known = node.safeParse(each);
    return known.success ? [known.data] : [];
  });
}

/** From the root to the message that was answered. A tree that bites its own tail is cut there. */
function promptOf({ message, nodes, system }: Rated): Turn[] {
  const path: Turn[] = [];
  const seen = new Set([message.id]);
  for (let at = parentOf(message, nodes); at && !seen.has(at.id); at = parentOf(at, nodes)) {
    seen.add(at.id);
    path.push({ role: at.role, content: at.content, tokenIds: null });
  }
  if (system !== "") path.push({ role: "system", content: system, tokenIds: null });
  return asPrompt(path.reverse(), "snapshot");
}

const parentOf = ({ parentId }: Node, nodes: Map<string, Node>) => (parentId ? nodes.get(parentId) : undefined);

/**
 * The pairs one rating makes, as Open WebUI's own leaderboard reads it: a liked reply beats its siblings, a disliked one
 * loses to them. Where the sibling was disliked or liked itself, the liked one's rating makes the pair, so that it is there once.
 */
function pairsOf(rated: Rated): Example<"PAIRS">[] {
  const { message, rating, nodes } = rated;
  const siblings = [...nodes.values()].filter(
    ({ id, role, parentId }) => role === "assistant" && parentId === message.parentId && id !== message.id,
  );
  if (siblings.length === 0) throw new BadLine("a rating of a lone reply prefers it to nothing; import it as thumbs.");
  const liked = isLiked(rating);
  const prompt = promptOf(rated);
  return siblings.flatMap((sibling) => {
    const other = sibling.annotation?.rating ?? 0;
    if (other === rating || (!liked && other !== 0) || sibling.content.trim() === "") return [];
    const [chosen, rejected] = liked ? [message, sibling] : [sibling, message];
    if (chosen.content === rejected.content) return [];
    return [{ content: asPair(prompt, asReply(chosen.content, "chosen"), asReply(rejected.content, "rejected")) }];
  });
}

function isLiked(rating: number): boolean {
  if (rating === 1 || rating === -1) return rating === 1;
  return asLabel(rating, "data.rating"); // says what it found
}

/** The same conversation has the same ids in every export. */
function idOf(...parts: readonly string[]): string {
  const hex = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

/** A rating of the first reply, with its siblings behind it. */
function writeRated(prompt: readonly Turn[], replies: readonly string[], rating: 1 | -1): object {
  const [system, turns] =
    prompt[0]?.role === "system" && prompt[0].content !== "" ? [prompt[0].content, prompt.slice(1)] : ["", prompt];
  const chatId = idOf("chat", system, ...turns.map(({ content }) => content), ...replies);
  const messages = new Map<string, Record<string, unknown> & { childrenIds: string[] }>();
  const add = (parentId: string | null, role: string, content: string, more: object = {}) => {
    const id = idOf(chatId, String(messages.size));
    messages.set(id, { id, parentId, childrenIds: [], role, content, timestamp: 0, ...more });
    if (parentId) messages.get(parentId)?.childrenIds.push(id);
    return id;
  };
  let parentId: string | null = null;
  for (const { role, content } of turns) parentId = add(parentId, role, content);
  const ids = replies.map((content, i) => {
    const spoken = {
      model: `reply-${i}`,
      modelIdx: i,
      done: true,
      ...(i === 0 && { annotation: { rating, tags: [] } }),
    };
    return add(parentId, "assistant", content, spoken);
  });
  const [messageId] = ids;
  const siblings = replies.slice(1).map((_, i) => `reply-${i + 1}`);
  const chat = {
    ...{ title: turns.at(-1)?.content.slice(0, 50) ?? "", models: replies.map((_, i) => `reply-${i}`) },
    params: system === "" ? {} : { system },
    history: { messages: Object.fromEntries(messages), currentId: messageId },
  };
  return {
    ...{ id: idOf(chatId, "feedback"), user_id: idOf("hone"), version: 0, type: "rating" },
    data: {
      ...{ rating, model_id: "reply-0", sibling_model_ids: siblings.length > 0 ? siblings : null },
      ...{ reason: "", comment: "", tags: [] },
    },
    meta: { arena: false, chat_id: chatId, message_id: messageId, message_index: turns.length, model_id: "reply-0" },
    snapshot: { chat: { id: chatId, user_id: idOf("hone"), title: chat.title, chat } },
    ...{ created_at: 0, updated_at: 0 },
  };
}

export const openWebui: Format = {
  carries: [],
  read: {
    PAIRS: (value) => pairsOf(ratedOf(value)),
    THUMBS(value) {
      const rated = ratedOf(value);
      const completion = asReply(rated.message.content, "content");
      return [{ content: { prompt: promptOf(rated), completion, liked: isLiked(rated.rating), weight: 1 } }];
    },
    DIALOGUES(value) {
      const rated = ratedOf(value);
      if (!isLiked(rated.rating)) throw new BadLine("the reply was disliked; nobody should imitate it.");
      return [
        { content: { prompt: promptOf(rated), completion: asReply(rated.message.content, "content"), weight: 1 } },
      ];
    },
    PROMPTS: (value) => [{ content: { prompt: promptOf(ratedOf(value)), answer: null } }],
  },
  write: {
    PAIRS: ({ content: { prompt, chosen, rejected } }) => writeRated(prompt, [chosen.content, rejected.content], 1),
    THUMBS: ({ content: { prompt, completion, liked } }) => writeRated(prompt, [completion.content], liked ? 1 : -1),
    DIALOGUES: ({ content: { prompt, completion } }) => writeRated(prompt, [completion.content], 1),
    // A rating is of a reply, so that a prompt alone has an empty one.
    PROMPTS: ({ content: { prompt } }) => writeRated(prompt, [""], 1),
  },
};
