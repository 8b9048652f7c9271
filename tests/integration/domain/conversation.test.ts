// The list of conversations: order, pages, search in both languages, renaming, deleting and taking that back.
import { beforeAll, expect, test } from "vitest";
import type { Viewer } from "../../../server/viewer.ts";
import { type Caller, finished, newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let ann: Viewer;
let me: Caller;
beforeAll(async () => {
  ann = await world.person("Ann");
  me = world.as(ann);
  world.engine.script = ({ messages }) => [`You said: ${messages.at(-1)?.content}`];
});

async function start(content: string): Promise<string> {
  const { conversationId, reply } = await me.message.send({ parentId: null, content, requestKey: newKey() });
  await finished(me, reply.id);
  return conversationId;
}
const search = async (text: string) => (await me.conversation.list({ search: text })).items.map(({ title }) => title);

test("search finds titles and everything said, in any script, and takes signs literally", async () => {
  await start("Where is the Eiffel Tower?");
  await start("长城在哪里？");
  await start("What is 100% of 7_5?");
  await start("Tell me about C:\\temp\nand the *Louvre* museum");
  expect(await search("eiffel")).toEqual(["Where is the Eiffel Tower?"]);
  expect(await search("长城")).toEqual(["长城在哪里？"]);
  expect(await search("LOUVRE")).toEqual(["Tell me about C:\\temp"]);
  expect(await search("you said")).toHaveLength(4);
  expect(await search("100%")).toEqual(["What is 100% of 7_5?"]);
  expect(await search("7_5")).toHaveLength(1);
  expect(await search("7x5")).toEqual([]);
  expect(await search("%")).toHaveLength(1);
  expect(await search("C:\\temp")).toHaveLength(1);
  expect(await search("' OR 1=1 --")).toEqual([]);
});

test("pages go on where the last one ended, even when a conversation moves to the top meanwhile", async () => {
  for (let i = 0; i < 5; i++) await start(`Page ${i}`);
  const first = await me.conversation.list({ limit: 4 });
  expect(first.items).toHaveLength(4);
  const moved = first.items.at(-1)!;
  const { messages } = await me.conversation.get({ id: moved.id });
  const again = await me.message.regenerate({ messageId: messages.at(-1)!.id, requestKey: newKey() });
  await finished(me, again.id);
  const rest = await me.conversation.list({ limit: 100, cursor: first.nextCursor! });
  expect(rest.nextCursor).toBeNull();
  const all = [...first.items, ...rest.items].map(({ id }) => id);
  expect(new Set(all).size).toBe(all.length);
  expect(all).toHaveLength(9);
  expect((await me.conversation.list({ limit: 1 })).items[0]?.id).toBe(moved.id);
  await expect(me.conversation.list({ cursor: "nonsense" })).rejects.toMatchObject({
    cause: { code: "INVALID_INPUT" },
  });
});

test("renaming, deleting and taking that back", async () => {
  const id = await start("Name me");
  expect(await me.conversation.rename({ id, title: "  Named  " })).toMatchObject({ title: "Named" });
  await me.conversation.delete({ id });
  await expect(me.conversation.get({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(me.conversation.rename({ id, title: "x" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(
    me.message.send({ conversationId: id, parentId: null, content: "Hello?", requestKey: newKey() }),
  ).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await search("Named")).toEqual([]);
  expect(await me.conversation.restore({ id })).toMatchObject({ id, title: "Named" });
  expect((await me.conversation.get({ id })).messages).toHaveLength(2);
});
