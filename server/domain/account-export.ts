/** Everything that is kept of a person, as one JSON text that is written while it is read. */

import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db } from "../db.ts";
import { behind } from "./page.ts";

/** Rows read in one go; a conversation comes with all its messages. */
const BATCH = 200;
const CONVERSATIONS = 20;

/** What is said of a message: its place, its text, what spoke it and how. Token ids and log-probabilities are the model's. */
const MESSAGE = {
  id: true,
  parentId: true,
  role: true,
  content: true,
  status: true,
  createdAt: true,
  finishedAt: true,
  forComparison: true,
  baseSha256: true,
  adapterSha256: true,
  deployment: { select: { number: true } },
  sampling: true,
  seed: true,
  promptTokens: true,
  completionTokens: true,
  endReason: true,
} as const satisfies Prisma.MessageSelect;

const RANKED = {
  include: {
    entries: { select: { messageId: true, rank: true } },
    labels: { select: { messageId: true, label: true } },
  },
} as const;

/** Lists of the person's rows, by the name they have in the file; each is asked for page by page. */
const lists = (db: Db, userId: string) =>
  ({
    conversations: (page) =>
      db.conversation.findMany({
        ...page,
        where: { userId },
        omit: { userId: true },
        include: { messages: { select: MESSAGE, orderBy: [{ createdAt: "asc" }, { id: "asc" }] } },
      }),
    feedback: (page) => db.feedback.findMany({ ...page, where: { raterId: userId }, omit: { raterId: true } }),
    edits: (page) =>
      db.edit.findMany({
        ...page,
        where: { authorId: userId },
        omit: { authorId: true },
        include: { edited: { select: { content: true } } },
      }),
    /** Choices among drafts are among them: rankings of Comparisons with the reason CHAT. */
    rankings: (page) =>
      db.ranking.findMany({
        ...page,
        where: { raterId: userId },
        omit: { raterId: true },
        include: { ...RANKED.include, comparison: { select: { reason: true, promptId: true } } },
      }),
    assignments: (page) => db.assignment.findMany({ ...page, where: { raterId: userId }, omit: { raterId: true } }),
    /** Tasks that were made of their prompts, without who was asked. */
    comparisons: (page) =>
      db.comparison.findMany({
        ...page,
        where: { prompt: { conversation: { userId } } },
        select: { id: true, promptId: true, reason: true, status: true, createdAt: true, closedAt: true },
      }),
    /** What their judgements became, and which frozen Datasets hold it. */
    pairs: (page) =>
      db.preferencePair.findMany({
        ...page,
        where: { raters: { some: { raterId: userId } } },
        select: {
          ...{
            id: true,
            promptId: true,
            chosenId: true,
            rejectedId: true,
            source: true,
            status: true,
            createdAt: true,
          },
          datasets: { select: { split: true, weight: true, dataset: { select: { sha256: true, frozenAt: true } } } },
        },
      }),
    apiKeys: (page) => db.apiKey.findMany({ ...page, where: { userId }, omit: { userId: true, sha256: true } }),
    sessions: (page) => db.session.findMany({ ...page, where: { userId }, omit: { userId: true } }),
    imports: (page) =>
      db.import.findMany({
        ...page,
        where: { createdById: userId },
        select: { id: true, name: true, format: true, kind: true, state: true, sha256: true, createdAt: true },
      }),
    runs: (page) =>
      db.run.findMany({
        ...page,
        where: { createdById: userId },
        select: { id: true, method: true, status: true, createdAt: true },
      }),
    erasures: (page) =>
      db.erasure.findMany({
        ...page,
        where: { requestedById: userId },
        select: { id: true, createdAt: true, sha256: true },
      }),
  }) satisfies Record<string, (page: Page) => Promise<{ id: string }[]>>;

interface Page {
  orderBy: { id: "asc" };
  take: number;
  cursor?: { id: string };
  skip?: number;
}

/**
 * The file in pieces: an object with the account, then one list after the other, a row per line. Memory holds a batch of rows
 * at a time, whoever exports and however slowly it is read.
 */
export async function* exportAccount(db: Db, userId: string, at: Date): AsyncGenerator<string> {
  yield `{\n"format":"hone-account",\n"version":1,\n"exportedAt":${json(at)},\n"account":${json(await accountOf(db, userId))}`;
  for (const [name, read] of Object.entries(lists(db, userId))) {
    yield `,\n${json(name)}:[`;
    yield* rows(read, name === "conversations" ? CONVERSATIONS : BATCH);
    yield "\n]";
  }
  yield `,\n"audit":[`;
  yield* auditOf(db, userId);
  yield "\n]\n}\n";
}

const json = (value: unknown) =>
  JSON.stringify(value, (_, field) => (typeof field === "bigint" ? field.toString() : field));

async function* rows(read: (page: Page) => Promise<{ id: string }[]>, take: number): AsyncGenerator<string> {
  let separator = "\n";
  for (let last: string | undefined; ; ) {
    const batch = await read({ orderBy: { id: "asc" }, take, ...behind(last) });
    for (const row of batch) {
      yield separator + json(row);
      separator = ",\n";
    }
    last = batch.at(-1)?.id;
    if (!last || batch.length < take) return;
  }
}

async function accountOf(db: Db, id: string) {
  const { passwordHash, ...account } = await db.user.findUniqueOrThrow({
    where: { id },
    omit: { disabledAt: true, erasedAt: true },
    include: { accounts: { select: { provider: true, providerAccountId: true } }, trust: { omit: { raterId: true } } },
  });
  return { ...account, hasPassword: passwordHash !== null };
}

/** What they did, and what was done to their account; its rows are numbered. */
async function* auditOf(db: Db, userId: string): AsyncGenerator<string> {
  let separator = "\n";
  for (let last = 0n; ; ) {
    const batch = await db.auditEvent.findMany({
      where: { OR: [{ actorId: userId }, { subject: `User:${userId}` }], id: { gt: last } },
      orderBy: { id: "asc" },
      take: BATCH,
      omit: { actorId: true },
    });
    for (const row of batch) {
      yield separator + json(row);
      separator = ",\n";
    }
    last = batch.at(-1)?.id ?? last;
    if (batch.length < BATCH) return;
  }
}
