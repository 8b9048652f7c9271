/**
 * Private data in a text, by pattern and, where there is one, by check digit. Pure. It proposes and a person decides: patterns
 * find neither names nor everything else, and may find what is harmless.
 */

import { PII_KINDS, type PiiKind } from "./views.ts";

export interface PiiMatch {
  kind: PiiKind;
  /** In UTF-16 units. */
  start: number;
  end: number;
}

interface Pattern {
  kind: PiiKind;
  /** With the flags g and u. Every repetition is bounded or of one class, so that time grows with the text alone. */
  pattern: RegExp;
  /** What a match must pass besides. */
  check?: (text: string) => boolean;
}

const digitsOf = (text: string) => text.replaceAll(/\D/g, "");

/** The check digit of payment cards (ISO/IEC 7812-1, annex B). */
function luhn(text: string): boolean {
  const digits = [...digitsOf(text)].map(Number).reverse();
  if (digits.length < 13 || digits.length > 19 || new Set(digits).size === 1) return false;
  const sum = digits.reduce((total, digit, i) => {
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** ISO 13616: moved and written as a number, the remainder by 97 is 1. */
function iban(text: string): boolean {
  const compact = text.replaceAll(" ", "").toUpperCase();
  if (compact.length < 15 || compact.length > 34) return false;
  const moved = compact.slice(4) + compact.slice(0, 4);
  let rest = 0;
  for (const sign of moved) {
    const value = Number.parseInt(sign, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** GB 11643-1999: seventeen digits, weighted, and a check sign that may be X. */
function residentId(text: string): boolean {
  const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  return "10X98765432"[sum % 11] === text[17]?.toUpperCase();
}

/** Areas 000, 666 and 9xx, group 00 and serial 0000 were never given out. */
const socialSecurity = (text: string) => !/^(000|666|9)|^\d{3}.00|0000$/.test(text);

/** No date, no version and no plain number: it begins with + or a bracket, or has enough digits in groups. */
function phone(text: string): boolean {
  const digits = digitsOf(text).length;
  if (digits < 8 || digits > 15 || /^(19|20)\d\d[-./ ]\d|^\d{3}-\d\d-\d{4}$/.test(text)) return false;
  return /^[+(]/.test(text) || /^1[3-9]\d{9}$/.test(text) || (/[-. ]/.test(text) && digits >= 9);
}

const octets = (text: string) => text.split(".").every((octet) => Number(octet) <= 255 && !/^0\d/.test(octet));
/** Addresses of no machine in particular say nothing about anybody. */
const outside = (text: string) => octets(text) && !/^(0\.|127\.|255\.255\.255\.255)/.test(text);

const STREET = "street|st|avenue|ave|road|rd|lane|ln|drive|boulevard|blvd|court|way|square|terrace";

/** Earlier ones win where two overlap. */
const PATTERNS: readonly Pattern[] = [
  {
    kind: "secret",
    pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,8000}?-----END [A-Z ]{0,30}PRIVATE KEY-----/gu,
  },
  {
    kind: "secret",
    pattern:
      /\b(?:sk-[\w-]{20,200}|hone_[\w-]{40,50}|gh[pousr]_\w{30,255}|github_pat_\w{30,255}|glpat-[\w-]{20,40}|xox[abprs]-[\w-]{10,200}|AKIA[0-9A-Z]{16}|AIza[\w-]{35}|hf_[A-Za-z]{30,40}|eyJ[\w-]{10,1000}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000})(?![\w-])/gu,
  },
  {
    kind: "secret",
    // What follows "password:" and its likes; the words themselves stay.
    pattern:
      /(?<=\b(?:password|passwd|passphrase|api[ _-]?key|secret[ _-]?key|access[ _-]?token)\s{0,3}[:=]\s{0,3}["']?)[^\s"',;]{6,200}/giu,
  },
  {
    kind: "url-with-credentials",
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{1,100}:[^\s/@]{1,100}@[^\s"'<>]{1,500}/giu,
  },
  {
    kind: "email",
    // Letters of Latin script: Chinese has no spaces that would end the word before.
    pattern:
      /(?<![\p{Script=Latin}\p{N}._%+-])[\p{Script=Latin}\p{N}_%+-][\p{Script=Latin}\p{N}._%+-]{0,63}@[\p{Script=Latin}\p{N}-]{1,63}(?:\.[\p{Script=Latin}\p{N}-]{1,63}){0,5}\.\p{Script=Latin}{2,24}(?![\p{Script=Latin}\p{N}])/gu,
  },
  {
    kind: "iban",
    pattern: /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![\p{L}\p{N}])/gu,
    check: iban,
  },
  {
    kind: "card",
    pattern:
      /(?<![\d.-])(?:\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|\d{4}[ -]?\d{6}[ -]?\d{5}|\d{13,19})(?![\d-])/gu,
    check: luhn,
  },
  {
    kind: "id-number",
    pattern: /(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)/gu,
    check: residentId,
  },
  { kind: "id-number", pattern: /(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])/gu, check: socialSecurity },
  { kind: "ip", pattern: /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]?\d)/gu, check: outside },
  {
    kind: "ip",
    pattern:
      /(?<![\p{L}\p{N}:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\p{L}\p{N}:])|(?<![\p{L}\p{N}:])(?:[0-9a-f]{1,4}:){2,6}:(?:[0-9a-f]{1,4})(?![\p{L}\p{N}:])/giu,
  },
  {
    kind: "phone",
    pattern:
      /(?<![\p{Script=Latin}\p{N}.,/+-])\+?\(?\d{1,5}\)?(?:[ .-]?\(?\d{1,5}\)?){1,6}(?![\p{Script=Latin}\p{N}]|[.,/-]\d)/gu,
    check: phone,
  },
  {
    kind: "address",
    pattern: new RegExp(`(?<![\\d.,-])\\d{1,5}[a-z]?,? (?:[A-Z][\\p{L}'’.-]{0,30} ){1,4}(?:${STREET})\\b\\.?`, "giu"),
    check: (text) => /\s\p{Lu}/u.test(text),
  },
  {
    kind: "address",
    pattern:
      /(?<!\p{L})\p{Lu}[\p{Ll}-]{2,30}(?:straße|strasse|str\.|weg|platz|allee|gasse) \d{1,4}[a-z]?(?![\p{L}\d])/gu,
  },
  { kind: "address", pattern: /[\p{Script=Han}]{2,10}(?:路|街|大道|巷|胡同)\d{1,5}号(?:\d{1,4}[室栋楼单元]){0,4}/gu },
];

/** What takes the place of a finding. */
export const replacementOf = (kind: PiiKind): string => `[${kind.toUpperCase()}]`;

/** In the order of the text, none overlapping another. */
export function findPii(text: string, kinds: readonly PiiKind[] = PII_KINDS): PiiMatch[] {
  const found: PiiMatch[] = [];
  for (const { kind, pattern, check } of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const [start, end] = [match.index, match.index + match[0].length];
      if (check && !check(match[0])) continue;
      if (!found.some((other) => start < other.end && other.start < end)) found.push({ kind, start, end });
    }
  }
  // Kinds nobody asked for still keep weaker patterns off: a card number is no telephone number.
  return found.filter(({ kind }) => kinds.includes(kind)).sort((a, b) => a.start - b.start);
}

export function redact(text: string, matches: readonly PiiMatch[]): string {
  let redacted = "";
  let from = 0;
  for (const { kind, start, end } of matches) {
    redacted += text.slice(from, start) + replacementOf(kind);
    from = end;
  }
  return redacted + text.slice(from);
}
