/** Who may read /api/metrics: whoever has METRICS_TOKEN, or, where it is not set, programs of this machine. */

import { createHash, timingSafeEqual } from "node:crypto";
import { clientIp } from "./client.ts";
import type { Env } from "./env.ts";
import { AppError } from "./errors.ts";

type Settings = Pick<Env, "METRICS_TOKEN" | "HOST" | "NEXTAUTH_URL" | "TRUSTED_PROXIES">;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?|::ffff:127(\.\d{1,3}){3})$/;

/**
 * Without a token, four things must say that the caller is on this machine: nobody else can connect (HOST), nobody else is expected
 * (NEXTAUTH_URL), nobody passed it on, and it was this machine that was asked for. One would not do: a header can be forged, a proxy on
 * this machine hides who asks, and a browser here carries a stranger's page to whatever address the stranger's name leads to.
 * @throws AppError UNAUTHORIZED
 */
export function admitToMetrics(headers: Headers, settings: Settings): void {
  const { METRICS_TOKEN: token, HOST, NEXTAUTH_URL, TRUSTED_PROXIES } = settings;
  if (token !== undefined) {
    if (sameText(headers.get("authorization") ?? "", `Bearer ${token}`)) return;
    throw new AppError("UNAUTHORIZED", 'Metrics need METRICS_TOKEN as "Authorization: Bearer …".');
  }
  const asked = `http://${headers.get("host")}`;
  const own = [
    ...[HOST, new URL(NEXTAUTH_URL ?? "http://localhost").hostname, clientIp(headers, TRUSTED_PROXIES)],
    URL.canParse(asked) ? new URL(asked).hostname : "",
  ];
  if (own.every((name) => LOOPBACK.test(name))) return;
  throw new AppError(
    "UNAUTHORIZED",
    "Without METRICS_TOKEN only programs of this machine may read metrics; set it and send it as a bearer token.",
  );
}

/** Hashes are compared, so neither the time taken nor a length tells anything about the token. */
function sameText(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
