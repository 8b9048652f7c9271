/** The blind taste test: replies of candidate and live side by side, and only the server knows which is which. */

import type { Db } from "../../db.ts";
import { notFound } from "../../errors.ts";
import type { TastedSample, TasteTask } from "../views/gate.ts";
import { turnsSchema } from "./stored.ts";

/** The next sample this admin has not tasted, the most telling first; null when there is none left. */
export async function nextTaste(db: Db, userId: string, gateId: string): Promise<TasteTask | null> {
  const gate = await db.gate.findUnique({ where: { id: gateId }, select: { id: true } });
  if (!gate) throw notFound("gate");
  const [total, done, next] = await Promise.all([
    db.gateSample.count({ where: { gateId } }),
    db.taste.count({ where: { gateId, userId } }),
    db.gateSample.findFirst({
      where: { gateId, tastes: { none: { userId } } },
      orderBy: [{ telling: "desc" }, { ordinal: "asc" }],
    }),
  ]);
  if (!next) return null;
  const [a, b] = next.flipped ? [next.live, next.candidate] : [next.candidate, next.live];
  return { ordinal: next.ordinal, prompt: turnsSchema.parse(next.prompt), a, b, done, total };
}

/**
 * Keeps a choice; one made again replaces the earlier one. @returns the next task
 * @throws AppError NOT_FOUND
 */
export async function taste(
  db: Db,
  userId: string,
  { gateId, ordinal, choice }: { gateId: string; ordinal: number; choice: "A" | "B" | "NEITHER" },
): Promise<{ next: TasteTask | null }> {
  const sample = await db.gateSample.findUnique({
    where: { gateId_ordinal: { gateId, ordinal } },
    select: { flipped: true },
  });
  if (!sample) throw notFound("sample");
  const chosen = choice === "NEITHER" ? 0 : (choice === "A") === sample.flipped ? -1 : 1;
  await db.taste.upsert({
    where: { gateId_ordinal_userId: { gateId, ordinal, userId } },
    create: { gateId, ordinal, userId, choice: chosen },
    update: { choice: chosen },
  });
  return { next: await nextTaste(db, userId, gateId) };
}

/** What this admin has chosen so far, with the names put back; of what they have not tasted it tells nothing. */
export async function tasteResult(db: Db, userId: string, gateId: string): Promise<{ choices: TastedSample[] }> {
  const rows = await db.taste.findMany({
    where: { gateId, userId },
    orderBy: [{ createdAt: "asc" }, { ordinal: "asc" }],
    include: { sample: true },
  });
  return {
    choices: rows.map(({ ordinal, choice, sample: { prompt, candidate, live } }) => ({
      ...{ ordinal, candidate, live, prompt: turnsSchema.parse(prompt) },
      choice: choice > 0 ? 1 : choice < 0 ? -1 : 0,
    })),
  };
}
