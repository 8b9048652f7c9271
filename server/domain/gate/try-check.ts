/** Tries a check on what is live, before it is kept. */

import { randomUUID } from "node:crypto";
import type { Db } from "../../db.ts";
import type { ServingBackend } from "../../engine-client.ts";
import type { Env } from "../../env.ts";
import { adapterPath } from "../adapter.ts";
import { CHAT_ROLE } from "../chat-role.ts";
import { activeDeployment } from "../live.ts";
import type { Turns } from "../views/common.ts";
import type { ReplyCheck } from "../views/gate.ts";
import { passes } from "./check-reply.ts";

/** Tokens of a reply to a check prompt, here as in gates. */
export const CHECK_TOKENS = 192;
const PATIENCE_MS = 60_000;

interface Trial {
  db: Db;
  engine: Pick<ServingBackend, "generate">;
  env: Pick<Env, "HONE_HOME">;
}

/** Answers greedily, as a gate does. @throws AppError what serving throws, INVALID_INPUT for a pattern that cannot be used */
export async function tryCheck(
  { db, engine, env }: Trial,
  { prompt, check }: { prompt: Turns; check: ReplyCheck },
): Promise<{ reply: string; passed: boolean }> {
  const { adapter } = await activeDeployment(db);
  const request = {
    requestId: `check-${randomUUID()}`,
    adapter: adapter && { sha256: adapter.sha256, path: adapterPath(env, adapter.path) },
    messages: prompt.map(({ role, content }) => ({ role: CHAT_ROLE[role], content })),
    ...{ maxTokens: CHECK_TOKENS, temperature: 0, topP: 1, topK: 0, minP: 0, seed: 0 },
  };
  let reply = "";
  for await (const event of engine.generate(request, { signal: AbortSignal.timeout(PATIENCE_MS) }))
    if (event.type === "token") reply += event.text;
  return { reply, passed: passes(check, reply) };
}
