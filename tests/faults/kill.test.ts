// SIGKILL to every process in the middle of replies: what was acknowledged is there afterwards, what was not says so.
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { isAlive, processIdentity } from "../../scripts/start/lock.mjs";
import { followReply, type Person, signIn, signUp, wholeReply } from "../helpers/api.ts";
import { type Instance, removeHome, startInstance, temporaryHome } from "../helpers/instance.ts";
import { slowModel } from "../helpers/slow-model.ts";

const home = temporaryHome();
let instance: Instance | undefined;
afterAll(async () => {
  await instance?.stop();
  removeHome(home);
});

const STREAMS = 3;
const STORY = "Tell me a very long story.";
/** Speaks slowly and never ends by itself, with replies short enough for one to be whole before the kill. */
const env = { HONE_MODEL: slowModel(), MAX_REPLY_TOKENS: "200" };

const send = (person: Person, content: string) =>
  person.trpc.message.send.mutate({ parentId: null, content, requestKey: randomUUID() });

test("kill -9 of every process loses nothing that was acknowledged", async () => {
  instance = await startInstance({ home, env });
  const ann = await signUp(instance.url, "Ann");
  const whole = await send(ann, "Hello!");
  const { message: before } = await wholeReply(ann, whole.reply.id);
  expect(before.status).toBe("COMPLETE");
  await ann.trpc.feedback.set.mutate({ messageId: before.id, value: 1, comment: "kind" });

  // Replies that are being spoken when the lights go out. Their readers have seen some of each.
  const cut = await Promise.all(Array.from({ length: STREAMS }, () => send(ann, STORY)));
  const seen = await Promise.all(
    cut.map(async ({ reply }) => {
      for await (const event of followReply(ann, reply.id)) if (event.type === "delta") return event.text;
      return "";
    }),
  );
  await instance.killEverything();

  instance = await startInstance({ home, env });
  const again = await signIn(instance.url, ann);
  const conversation = await again.trpc.conversation.get.query({ id: whole.conversationId });
  const kept = conversation.messages.find(({ id }) => id === before.id);
  expect(kept).toMatchObject({
    content: before.content,
    status: "COMPLETE",
    feedback: { value: 1, comment: "kind" },
    release: { adapterSha256: null },
  });

  for (const [index, { conversationId, prompt, reply }] of cut.entries()) {
    const messageOf = async (wanted: string) => {
      const { messages } = await again.trpc.conversation.get.query({ id: conversationId });
      return messages.find(({ id }) => id === wanted);
    };
    expect(await messageOf(prompt.id)).toMatchObject({ content: STORY, status: "COMPLETE" });
    // Whoever spoke it may only seem dead until its heartbeat has been silent for 15 s; then it is closed, never as whole.
    await expect.poll(async () => (await messageOf(reply.id))?.status, { timeout: 60_000 }).toBe("INTERRUPTED");
    expect((await messageOf(reply.id))?.content.startsWith(seen[index]!)).toBe(true); // what a reader saw was on disk first
  }

  const after = await send(again, "Hello!");
  expect((await wholeReply(again, after.reply.id)).message.status).toBe("COMPLETE");
});

test("a killed child comes back while the others go on", async () => {
  instance ??= await startInstance({ home, env });
  const bob = await signUp(instance.url, "Bob");
  for (const name of ["inference", "trainer"])
    process.kill(childrenOf(home).find((child) => child.name === name)!.pid, "SIGKILL");
  const answer = async () => {
    const { reply } = await send(bob, "Hello!");
    return wholeReply(bob, reply.id).then(
      ({ message }) => message.status,
      () => "no reply",
    );
  };
  await expect.poll(answer, { timeout: 60_000, interval: 1000 }).toBe("COMPLETE");
});

test("when only the supervisor is killed, everything it started ends by itself and frees the data", async () => {
  instance ??= await startInstance({ home, env });
  const postmaster = Number(fs.readFileSync(path.join(home, "postgres/data/postmaster.pid"), "utf8").split("\n")[0]);
  const pids = [...childrenOf(home).map(({ pid }) => pid), postmaster];
  expect(pids.every(isRunning)).toBe(true);
  process.kill(instance.pid, "SIGKILL");
  await expect.poll(() => pids.filter(isRunning), { timeout: 30_000 }).toEqual([]);
  instance = await startInstance({ home, env });
  expect((await fetch(`${instance.url}/api/health/ready`)).status).toBe(200);
});

const childrenOf = (folder: string) =>
  JSON.parse(fs.readFileSync(path.join(folder, "children.json"), "utf8")) as { name: string; pid: number }[];

/** True for a process that can still do something: one that has ended but was not collected cannot. */
function isRunning(pid: number): boolean {
  return isAlive({ pid, identity: "" }) && (process.platform !== "linux" || processIdentity(pid) !== "");
}
