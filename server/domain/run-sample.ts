/** Sample replies of a Run: the same prompts before it, while it goes on, and at its end. */

import { z } from "zod";
import type { Db } from "../db.ts";
import { notFound } from "../errors.ts";
import { storable } from "../plain-text.ts";
import { MESSAGE_ROLE } from "./chat-role.ts";
import type { Hold } from "./run.ts";
import type { RunSampleView } from "./views.ts";

/** RunSample.prompt. */
const promptSchema = z.array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() }));

export interface RunSample {
  ordinal: number;
  prompt: z.input<typeof promptSchema>;
  reply: string;
  /** By itself, instead of being cut at the limit. */
  ended: boolean;
}

/**
 * Writes one round; a step that is done again replaces its replies. A ghost's round is dropped.
 * @param step 0 is from before the training
 */
export async function recordSamples(
  db: Db,
  { runId, attempt }: Hold,
  step: number,
  samples: readonly RunSample[],
): Promise<boolean> {
  const rows = samples.map(({ ordinal, prompt, reply, ended }) => {
    const turns = prompt.map(({ role, content }) => ({ role, content: storable(content) }));
    return { ordinal, prompt: turns, reply: storable(reply), ended };
  });
  const written = await db.$executeRaw`
    INSERT INTO "RunSample" ("runId", "step", "ordinal", "prompt", "reply", "ended")
    SELECT run."id", ${step}, sample."ordinal", sample."prompt", sample."reply", sample."ended"
    FROM "Run" run, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS sample("ordinal" int, "prompt" jsonb, "reply" text, "ended" boolean)
    WHERE run."id" = ${runId}::uuid AND run."attempt" = ${attempt} AND run."status" IN ('RUNNING', 'EVALUATING')
    ON CONFLICT ("runId", "step", "ordinal") DO UPDATE SET
      "prompt" = excluded."prompt", "reply" = excluded."reply", "ended" = excluded."ended"`;
  return written > 0;
}

/** Every round after the training began, each reply beside the one from before it; by step and prompt. */
export async function listRunSamples(db: Db, runId: string): Promise<RunSampleView[]> {
  if (!(await db.run.findUnique({ where: { id: runId }, select: { id: true } }))) throw notFound("run");
  const rows = await db.runSample.findMany({ where: { runId }, orderBy: [{ step: "asc" }, { ordinal: "asc" }] });
  const before = new Map(rows.filter(({ step }) => step === 0).map(({ ordinal, reply }) => [ordinal, reply]));
  return rows
    .filter(({ step }) => step > 0)
    .map(({ step, ordinal, prompt, reply, ended }) => ({
      ...{ step, ordinal, after: reply, ended },
      before: before.get(ordinal) ?? null,
      prompt: promptSchema.parse(prompt).map(({ role, content }) => ({ role: MESSAGE_ROLE[role], content })),
    }));
}
