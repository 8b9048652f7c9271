/** Events in words, ready to be mailed: a subject and a text, in either language. */

import { createTranslator } from "next-intl";
import type { Locale } from "../../locale.ts";
import type { EventKind } from "../views/watch.ts";
import type { EventFacts } from "./facts.ts";

export interface EventWords {
  subject: string;
  text: string;
}

interface Told {
  kind: EventKind;
  facts: EventFacts;
  /** The page about it. */
  url: string | null;
  locale: Locale;
}

/** Stands where an event lacks something that its words have a place for. */
const UNKNOWN = "–";

export async function eventWords({ kind, facts, url, locale }: Told): Promise<EventWords> {
  const say = await translator(locale, "operations");
  // A key with a point in it would be a path.
  const name = kind.replace(".", "_");
  const suiteName = await translator(locale, "gate");
  const suites = facts.suites?.map((suite) => suiteName(`suite.${suite}`, {})).join(say("mail.comma", {}));
  const values: Values = { ...PLACES, ...facts.values, ...(suites ? { suites } : {}), reason: "" };
  if (facts.reason) {
    const { area, code, values: figures } = facts.reason;
    values.reason = (await translator(locale, area))(`sentences.${code}`, figures);
  }
  const more = url ? [say("mail.more", { url })] : [];
  const text = [say(`mail.${name}.text`, values).trim(), ...more, say("mail.foot", {})].join("\n\n");
  return { subject: say(`mail.${name}.subject`, values), text };
}

type Values = Record<string, string | number>;

/** An event may be older or newer than the words for it: then its key stands for them. */
async function translator(locale: Locale, area: string): Promise<(key: string, values: Values) => string> {
  const { default: messages } = await import(`../../../messages/${locale}/${area}.json`);
  return createTranslator({ locale, messages, onError: () => {}, getMessageFallback: ({ key }) => key });
}

/** Every place that the words have. */
const PLACES: Values = Object.fromEntries(
  ["method", "release", "adapter", "name", "suites", "error"].map((place) => [place, UNKNOWN]),
);
