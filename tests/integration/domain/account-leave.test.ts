// A person's data as a file, and leaving for good: the file has all they wrote and nothing of others, and deleting asks for proof.
import { beforeAll, describe, expect, test } from "vitest";
import { checkPassword } from "../../../server/auth.ts";
import { exportAccount } from "../../../server/domain/account-export.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { stringsIn, tablesWith, valuesWith } from "../../helpers/database-text.ts";
import { ratedPrompt } from "../../helpers/loop.ts";
import { newKey, testWorld } from "../../helpers/world.ts";

/** In everything of Dora's, and in everything of Otto's. */
const [DORA, OTTO] = ["sandgrouse", "mudskipper"];

const world = testWorld();
let dora: Viewer;

async function fileOf(userId: string) {
  const pieces: string[] = [];
  for await (const piece of exportAccount(world.db, userId, new Date("2026-11-22T12:00:00Z"))) pieces.push(piece);
  return { pieces, file: JSON.parse(pieces.join("")) as Record<string, unknown[]> };
}

beforeAll(async () => {
  let said = 0;
  world.engine.script = ({ messages }) => [`About ${messages.at(-1)!.content} ${++said}`];
  dora = await world.person(`Dora${DORA}`, "ANNOTATOR");
  const otto = await world.person(`Otto${OTTO}`);
  const as = world.as(dora);
  const own = await ratedPrompt(as, `What is a ${DORA}?`);
  await as.feedback.set({ messageId: own.chosenId, value: 1, comment: `${DORA} praised` });
  await as.feedback.edit({ messageId: own.rejectedId, content: `The ${DORA} drinks.`, requestKey: newKey() });
  await as.conversation.rename({ id: own.conversationId, title: `${DORA} title` });
  await as.apiKey.create({ name: `${DORA} key` });
  const ottos = await ratedPrompt(world.as(otto), `What is a ${OTTO}?`);
  await world.db.comparison.updateMany({ data: { status: "CLOSED", closedAt: new Date() } });
  await world.db.comparison.create({
    data: {
      ...{ promptId: ottos.promptId, reason: "REQUESTED" },
      candidates: { create: [ottos.chosenId, ottos.rejectedId].map((messageId, ordinal) => ({ messageId, ordinal })) },
    },
  });
  const next = await as.annotation.next();
  if (!next.task) throw new Error(`no task: ${next.why}`);
  await as.annotation.submit({
    ...{ assignmentId: next.task.assignmentId, allBad: false, durationMs: 10, comment: `${DORA} remarked` },
    ranks: next.task.replies.map(({ messageId }, i) => ({ messageId, rank: i + 1 })),
    rewrite: { messageId: next.task.replies[0]!.messageId, content: `A ${DORA} would say so.` },
  });
});

describe("the file", () => {
  test("has every text of theirs that the database has", async () => {
    const tables = (await tablesWith(world.url, DORA)).filter((name) => name.startsWith("public."));
    const kept = await valuesWith(
      world.url,
      DORA,
      tables.map((name) => name.replace(/\.(\w+)$/, '."$1"')),
    );
    expect([...kept.keys()].length).toBeGreaterThan(5);
    const given = new Set(stringsIn((await fileOf(dora.id)).file));
    for (const [table, values] of kept) {
      // Keys of limits are made of the address, which is there itself.
      if (table.includes("RateLimit")) continue;
      expect.soft({ table, missing: values.filter((value) => !given.has(value)) }).toEqual({ table, missing: [] });
    }
  });

  test("has every judgement, task and pair, and no word of others", async () => {
    const { file, pieces } = await fileOf(dora.id);
    const counts = Object.fromEntries(
      ["feedback", "edits", "rankings", "assignments", "pairs"].map((name) => [name, file[name]!.length]),
    );
    expect(counts).toEqual({ feedback: 2, edits: 2, rankings: 1, assignments: 1, pairs: 4 });
    expect(pieces.join("")).not.toContain(OTTO);
    expect(pieces.join("")).not.toContain("argon2");
  });

  test("is written in pieces of a row, however much there is", async () => {
    const { db } = world;
    const many = await world.person("Many");
    await db.conversation.createMany({
      data: Array.from({ length: 500 }, (_, i) => ({ userId: many.id, title: `Number ${i}` })),
    });
    const { file, pieces } = await fileOf(many.id);
    expect(file.conversations).toHaveLength(500);
    expect(new Set(stringsIn(file.conversations)).has("Number 499")).toBe(true);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(1000);
  });
});

describe("deleting the account", () => {
  const login = { email: "eve@example.com", password: "the password of Eve" };

  async function eve(): Promise<Viewer> {
    await world.as(null).viewer.signUp({ ...login, name: "Eve" });
    return world.db.user.findUniqueOrThrow({
      where: { email: login.email },
      select: { id: true, email: true, name: true, role: true },
    });
  }

  test("asks for the password where there is one, and then leaves nothing to sign in to", async () => {
    const viewer = await eve();
    for (const wrong of [{}, { password: "a guess at it" }, { email: login.email }]) {
      await expect(world.as(viewer).account.delete(wrong)).rejects.toMatchObject({
        cause: { code: "WRONG_CONFIRMATION" },
      });
    }
    expect(await tablesWith(world.url, login.email)).not.toEqual([]);
    await expect(world.as(viewer).account.delete({ password: login.password })).resolves.toEqual({ deleted: true });
    expect(await tablesWith(world.url, login.email)).toEqual([]);
    const signIn = checkPassword(world.db, world.services.env, { ...login, ip: "203.0.113.9" });
    await expect(signIn).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(await world.db.erasure.findFirstOrThrow({ where: { userId: viewer.id } })).toMatchObject({
      requestedById: viewer.id,
      report: { requestedBy: "SELF" },
    });
  });

  test("takes the email from people who came through a provider", async () => {
    const viewer = await world.person("Prov");
    const as = world.as(viewer);
    await expect(as.account.delete({ email: "other@example.com" })).rejects.toMatchObject({
      cause: { code: "WRONG_CONFIRMATION" },
    });
    await expect(as.account.delete({ email: "PROV@example.com " })).resolves.toEqual({ deleted: true });
  });

  test("may be tried only so often", async () => {
    const viewer = await eve();
    const tries = Array.from({ length: world.services.env.SIGN_IN_PER_MINUTE + 1 }, () =>
      world
        .as(viewer)
        .account.delete({ password: "a guess at it" })
        .catch((error) => error.cause.code),
    );
    expect(await Promise.all(tries)).toContain("RATE_LIMITED");
  });
});
