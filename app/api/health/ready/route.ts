/** Readiness, for load balancers and whoever waits for a start: 200 when people can chat, 503 with what is missing. */

import { readReadiness } from "../../../../server/domain/system/readiness.ts";
import { services } from "../../../../server/services.ts";

export const dynamic = "force-dynamic";

export async function GET(): Promise<Response> {
  const { db, engine } = services();
  const readiness = await readReadiness(db, engine);
  return Response.json(readiness, { status: readiness.ready ? 200 : 503 });
}
