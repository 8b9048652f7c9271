/** For Prometheus: what this process counted, and what database, disk and inference say now. */

import { writeGauges } from "../../../server/domain/system/gauges.ts";
import { AppError } from "../../../server/errors.ts";
import { METRICS_CONTENT_TYPE, writeMetrics } from "../../../server/metrics.ts";
import { admitToMetrics } from "../../../server/metrics-door.ts";
import { services } from "../../../server/services.ts";

export const dynamic = "force-dynamic";

export async function GET(request: Request): Promise<Response> {
  const own = services();
  try {
    admitToMetrics(request.headers, own.env);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return new Response(`${error.message}\n`, { status: error.status, headers: { "www-authenticate": "Bearer" } });
  }
  const text = await Promise.all([writeMetrics(), writeGauges(own)]);
  return new Response(`${text.join("\n")}\n`, {
    headers: { "content-type": METRICS_CONTENT_TYPE, "cache-control": "no-store" },
  });
}
