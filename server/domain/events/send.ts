/** Sends one delivery: looks the name up once, refuses what may not be reached, and connects to that very address and no other. */

import { promises as dns, type LookupAddress } from "node:dns";
import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { type Destinations, mayReach, refuseDestination } from "../../destinations.ts";
import type { DeliveryError } from "../views/watch.ts";

export interface Outgoing {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface SendOptions {
  destinations: Destinations;
  /** For everything together: name, connection, answer. */
  timeoutMs?: number;
  /** Gives up at once. */
  signal?: AbortSignal;
  /** All addresses of a name. */
  resolve?: (name: string) => Promise<LookupAddress[]>;
}

/** `status` where the receiver answered; `error` is null for 2xx alone. */
export interface Sent {
  status: number | null;
  error: DeliveryError | null;
}

const TIMEOUT_MS = 10_000;
const resolveAll = (name: string) => dns.lookup(name, { all: true, verbatim: true });

/** Never throws: whatever happens out there is an outcome. Redirects are not followed, and nothing of the answer's body is read. */
export async function send(outgoing: Outgoing, options: SendOptions): Promise<Sent> {
  const { destinations, timeoutMs = TIMEOUT_MS, resolve = resolveAll } = options;
  if (refuseDestination(destinations, outgoing.url) !== null) return failed("NOT_ALLOWED");
  const url = new URL(outgoing.url);
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  try {
    const addresses = await before(signal, addressesOf(url.hostname, resolve));
    const [first] = addresses;
    if (!first) return failed("NAME_UNKNOWN");
    // One that may not be reached among them is reason enough: it is chosen by whoever answers for the name.
    if (!addresses.every(({ address }) => mayReach(destinations, address))) return failed("NOT_ALLOWED");
    const status = await post(url, outgoing, { first, signal });
    if (status >= 200 && status < 300) return { status, error: null };
    return { status, error: status >= 300 && status < 400 ? "REDIRECTED" : "STATUS" };
  } catch (error) {
    return failed(signal.aborted ? "TIMED_OUT" : reasonOf(error));
  }
}

const failed = (error: DeliveryError): Sent => ({ status: null, error });

function addressesOf(hostname: string, resolve: NonNullable<SendOptions["resolve"]>): Promise<LookupAddress[]> {
  const literal = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(literal);
  return family === 0 ? resolve(hostname) : Promise.resolve([{ address: literal, family }]);
}

/** A look-up cannot be stopped, only left alone. */
function before<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

/** @returns the status of the answer */
function post(
  url: URL,
  { headers, body }: Outgoing,
  { first, signal }: { first: LookupAddress; signal: AbortSignal },
): Promise<number> {
  // The name is not asked for again: a second answer might lead somewhere else. It stays in the Host header and in the certificate's check.
  const lookup: LookupFunction = (_name, { all }, done) =>
    all ? done(null, [first]) : done(null, first.address, first.family);
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? https : http).request(
      url,
      {
        ...{ method: "POST", lookup, signal, agent: false },
        headers: { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        response.on("error", () => {}); // of an answer that is not read
        resolve(response.statusCode ?? 0);
        request.destroy();
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

function reasonOf(error: unknown): DeliveryError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN" || code === "ENODATA") return "NAME_UNKNOWN";
  return /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code) ? "TLS" : "CONNECTION";
}
