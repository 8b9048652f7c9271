/** For supervisors and load balancers: `?live` says the process answers, without it that it can do its work. */

import { services } from "../../../server/services.ts";

export const dynamic = "force-dynamic";

const PATIENCE_MS = 2_000;

export async function GET(request: Request): Promise<Response> {
  if (new URL(request.url).searchParams.has("live")) return Response.json({ live: true });
  const { db, engine } = services();
  const [database, inference] = await Promise.all([
    within(
      PATIENCE_MS,
      db.$queryRaw`SELECT 1`.then(() => true),
    ),
    engine.health({ signal: AbortSignal.timeout(PATIENCE_MS) }).then(
      (health) => health.ready,
      () => false,
    ),
  ]);
  const ready = database && inference;
  return Response.json({ ready, database, inference }, { status: ready ? 200 : 503 });
}

/** False when the answer takes longer or is a failure. */
function within(limitMs: number, answer: Promise<boolean>): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, limitMs, false).unref());
  return Promise.race([answer.catch(() => false), late]);
}
