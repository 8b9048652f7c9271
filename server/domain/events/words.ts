/** Events in words, ready to be mailed: a subject and a text, in either language. */

import { createTranslator } from "next-intl";
import type { Locale } from "../../locale.ts";
import { sentenceSchema } from "../views/sentence.ts";
import type { EventData, EventKind } from "../views/watch.ts";

export interface EventWords {
  subject: string;
  text: string;
}

interface Told {
  data: EventData;
  /** The page about it. */
  url: string | null;
  locale: Locale;
}

/** Stands where an event lacks a figure that its words have a place for. */
const UNKNOWN = "–";

export async function eventWords(kind: EventKind, { data, url, locale }: Told): Promise<EventWords> {
  const say = await translator(locale, "operations");
  // A key with a point in it would be a path.
  const name = kind.replace(".", "_");
  const known = Object.entries(data).map(([key, value]) => [key, value === null ? UNKNOWN : shown(value)]);
  const values: Values = { ...PLACES, ...Object.fromEntries(known), reason: await reasonIn(locale, data) };
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

/** A reason is a sentence of the server's, "<area>.<CODE>", and its values stand among the figures of the event. */
async function reasonIn(locale: Locale, { reason, ...values }: EventData): Promise<string> {
  const sentence = sentenceSchema.safeParse(sentenceParts(reason));
  if (!sentence.success) return typeof reason === "string" ? reason : "";
  const say = await translator(locale, sentence.data.area);
  const known = Object.entries(values).map(([key, value]) => [key, value === null ? UNKNOWN : shown(value)]);
  return say(`sentences.${sentence.data.code}`, Object.fromEntries(known));
}

function sentenceParts(reason: EventData[string] | undefined) {
  const [area, code] = String(reason ?? "").split(".");
  return { area, code };
}

/** Every place that the words have. */
const PLACES: Record<string, string> = Object.fromEntries(
  ["method", "release", "adapter", "name", "suites", "error"].map((place) => [place, UNKNOWN]),
);

const shown = (value: string | number | boolean): string | number =>
  typeof value === "boolean" ? String(value) : value;
