/** What is sent of an event: its kind, time and figures for programs, and a subject and text in each language to mail on as they are. */

import { LOCALES } from "../../locale.ts";
import { type EventData, type EventKind, eventDataSchema } from "../views/watch.ts";
import type { EventFacts } from "./facts.ts";
import { type EventWords, eventWords } from "./words.ts";

export interface StoredEvent {
  id: bigint;
  kind: string;
  subject: string;
  data: unknown;
  at: Date;
}

/** The fields `type`, `timestamp` and `data` are those of the Standard Webhooks specification. */
export interface Payload {
  id: string;
  type: EventKind;
  timestamp: string;
  subject: string;
  /** The page about it; null where the server does not know its own address. */
  url: string | null;
  data: EventData;
  email: Record<(typeof LOCALES)[number], EventWords>;
}

const PAGES: Readonly<Record<string, string>> = {
  Run: "/admin/runs/",
  Gate: "/admin/gates/",
  Adapter: "/admin/adapters/",
  Schedule: "/admin/schedules/",
};
const PAGE_OF_ALL: Readonly<Record<string, string>> = {
  Deployment: "/admin/deployments",
  Canary: "/admin/deployments",
  ScheduleFiring: "/admin/schedules",
  Webhook: "/admin/webhooks",
};

/** The page of a subject "<table>:<id>". */
function pageOf(subject: string): string {
  const [table = "", id = ""] = subject.split(":");
  const page = PAGES[table];
  return page && id ? page + id : (PAGE_OF_ALL[table] ?? "/admin/overview");
}

/** @param url where people find this server */
export async function payloadOf(event: StoredEvent, facts: EventFacts, url: string | null): Promise<string> {
  const kind = event.kind as EventKind;
  const data = eventDataSchema.parse(event.data);
  const page = url === null ? null : url + pageOf(event.subject);
  const words = await Promise.all(
    LOCALES.map(async (locale) => [locale, await eventWords({ kind, facts, url: page, locale })] as const),
  );
  const payload: Payload = {
    id: String(event.id),
    type: kind,
    timestamp: event.at.toISOString(),
    ...{ subject: event.subject, url: page, data },
    email: Object.fromEntries(words) as Payload["email"],
  };
  return JSON.stringify(payload);
}
