/** The registered rewards that need nothing but the reply: every kind and the function it stands for. */

import type { RewardSpec } from "../../server/domain/run-config.ts";
import { compileSchema } from "./json-schema.ts";
import { lastNumber } from "./numerals.ts";
import { pattern } from "./pattern.ts";
import type { Reward } from "./reply.ts";

type SpecOf<Kind extends RewardSpec["kind"]> = Extract<RewardSpec, { kind: Kind }>;
/** Kinds that somebody else has to judge. */
export type AskedKind = "rewardModel" | "judge";
export type CheckedKind = Exclude<RewardSpec["kind"], AskedKind>;

/** To add a reward: its settings in server/domain/run-config/rewards.ts, and its function here. */
const CHECKS: { [Kind in CheckedKind]: (spec: SpecOf<Kind>) => Reward } = {
  exact,
  number,
  regex,
  jsonSchema,
  length,
  language,
};

/**
 * The function of a registered reward.
 * @throws TrainerError BAD_CONFIG where its pattern or schema cannot be used
 */
export function checkOf(spec: SpecOf<CheckedKind>): Reward {
  // A union of functions cannot be called with a union of their settings; the kind picks both.
  const check = CHECKS[spec.kind] as (spec: SpecOf<CheckedKind>) => Reward;
  return check(spec);
}

/** Width of characters, case and spaces say nothing. */
const folded = (text: string) => text.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();

/** The part of a reply that counts: what the pattern's first group finds, or all it matches; null without a match. */
function extractor(extract: string | undefined): (text: string) => string | null {
  if (extract === undefined) return (text) => text;
  const search = pattern(extract);
  return (text) => {
    const found = search(text);
    return found && ((found.length > 1 ? found[1] : found[0]) ?? null);
  };
}

function exact({ extract }: SpecOf<"exact">): Reward {
  const part = extractor(extract);
  return ({ text, answer }) => {
    const found = part(text);
    return found !== null && answer !== null && folded(found) === folded(answer) ? 1 : 0;
  };
}

function number({ extract, tolerance }: SpecOf<"number">): Reward {
  const part = extractor(extract);
  return ({ text, answer }) => {
    const [found, wanted] = [lastNumber(part(text) ?? ""), lastNumber(answer ?? "")];
    return found !== null && wanted !== null && Math.abs(found - wanted) <= tolerance ? 1 : 0;
  };
}

function regex({ pattern: source }: SpecOf<"regex">): Reward {
  const search = pattern(source);
  return ({ text }) => (search(text) ? 1 : 0);
}

function jsonSchema({ schema }: SpecOf<"jsonSchema">): Reward {
  const fits = compileSchema(schema);
  return ({ text }) => {
    try {
      return fits(JSON.parse(text)) ? 1 : 0;
    } catch {
      // Text before or behind the value is not JSON either: a program that reads the reply would stumble over it.
      return 0;
    }
  };
}

function length({ min, max }: SpecOf<"length">): Reward {
  return ({ tokens }) => {
    if (tokens < min) return Math.max(0, (tokens - min / 2) / (min / 2));
    return tokens <= max ? 1 : Math.max(0, (2 * max - tokens) / max);
  };
}

const SCRIPTS = { en: /\p{Script=Latin}/u, zh: /\p{Script=Han}/u } as const;

function language({ language: wanted }: SpecOf<"language">): Reward {
  return ({ text }) => {
    const letters = text.match(/\p{L}/gu) ?? [];
    const fitting = letters.filter((letter) => SCRIPTS[wanted].test(letter));
    return letters.length === 0 ? 0 : fitting.length / letters.length;
  };
}
