/** Puts questions and answers together into the dialogues the starter model is trained on. */

import { animals } from "./animals.ts";
import { arithmetic } from "./arithmetic.ts";
import { calendar } from "./calendar.ts";
import { colours } from "./colours.ts";
import { Dice } from "./dice.ts";
import { followups, introductions } from "./followups.ts";
import { capitals } from "./geography.ts";
import { howtos } from "./howto.ts";
import { comparing, counting, units } from "./numbers.ts";
import { opposites } from "./opposites.ts";
import { dressedQuestion } from "./phrasing.ts";
import { refusals } from "./refusals.ts";
import { stories } from "./stories.ts";
import { abilities, farewells, feelings, greetings, identity, thanks } from "./talk.ts";
import { type Domain, LANGUAGES, type Language, type Question, type Split, type Style, type Turn } from "./types.ts";
import { dressed, STYLE_SHARES } from "./wording.ts";

export const DOMAINS: readonly Domain[] = [
  arithmetic,
  capitals,
  colours,
  opposites,
  calendar,
  units,
  counting,
  comparing,
  animals,
  howtos,
  stories,
  greetings,
  introductions,
  thanks,
  farewells,
  feelings,
  identity,
  abilities,
  followups,
  refusals,
];

/** An assistant's turn with the parts of it that weigh more in the loss. */
export interface TrainingTurn extends Turn {
  /** Substring of `assistant`: tokens of its last occurrence get the emphasised weight. */
  emphasis?: string;
}

export interface Dialogue {
  language: Language;
  system: string | null;
  turns: readonly TrainingTurn[];
}

const SYSTEMS: Record<Language, readonly string[]> = {
  en: ["You are a helpful assistant.", "You are Hone, a small chat model."],
  zh: ["你是一个乐于助人的助手。", "你是Hone，一个小聊天模型。"],
};

/** Asked at the end of a question, they fix the style of the answer. */
const STYLE_WISHES: Record<Language, readonly (readonly [string, Style])[]> = {
  en: [
    [" Be brief.", "brief"],
    [" Keep it short.", "brief"],
    [" Use an emoji.", "emoji"],
    [" Answer in one sentence.", "plain"],
    [" Be polite.", "polite"],
  ],
  zh: [
    ["简短回答。", "brief"],
    ["说短一点。", "brief"],
    ["用表情。", "emoji"],
    ["用一句话回答。", "plain"],
    ["请礼貌地回答。", "polite"],
  ],
};

const STYLE_WISH_SHARE = 0.05;
const SYSTEM_SHARE = 0.15;
/** Chance that yet another turn comes before: most dialogues have one, a few have many, so that long chats stay known ground. */
const EARLIER_TURN_SHARE = 0.27;
const MOST_EARLIER_TURNS = 7;
const CLOSING_SHARE = 0.05;
const CHINESE_SHARE = 0.5;

/** Letters, digits and signs of sums only: how two questions are compared. */
export const normalised = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}+×*-]/gu, "");

/** What a slot of a held-out template may have become in a normalised question. */
const SLOT_PATTERNS: Readonly<Record<string, string>> = { a: "\\d+", b: "\\d+", m: "\\d+", sign: "[-+×*x]" };

function heldPattern(template: string): string {
  const parts = template.split(/\{(\w+)\}/);
  return parts
    .map((part, i) => (i % 2 ? (SLOT_PATTERNS[part] ?? ".+") : normalised(part).replace(/[+*]/g, "\\$&")))
    .join("");
}

/**
 * Per domain and language, what its held-out questions look like. Training questions may not match: a prefix or a
 * missing mark could otherwise turn a trained phrasing into a held-out one.
 */
const HELD_PATTERNS = new Map(
  DOMAINS.flatMap((domain) =>
    LANGUAGES.map((language) => {
      const held = domain.phrasings(language).flatMap((phrasings) => phrasings.held);
      return [`${domain.name} ${language}`, new RegExp(`^(?:${held.map(heldPattern).join("|")})$`, "u")] as const;
    }),
  ),
);

/**
 * The parts of a training run: the rate is constant, then it falls and what is still learned is learned for good, then
 * a little of it again with more phrasings.
 */
export type Phase = "steady" | "decay" | "finish";

/** Domains that weigh otherwise while the rate falls: more of what a small model learns last, less of what it learns first. */
const DECAY_WEIGHTS: Readonly<Record<string, Record<Language, number>>> = {
  arithmetic: { en: 5.5, zh: 5.5 },
  colour: { en: 1.6, zh: 1.4 },
  opposite: { en: 3, zh: 3.4 },
  calendar: { en: 3, zh: 3.4 },
  unit: { en: 1.2, zh: 1.2 },
  counting: { en: 1.6, zh: 1.6 },
  compare: { en: 2.6, zh: 2.6 },
  animal: { en: 2, zh: 2 },
  story: { en: 0.8, zh: 0.8 },
  greeting: { en: 0.9, zh: 0.9 },
  introduction: { en: 1, zh: 1 },
  thanks: { en: 0.9, zh: 0.5 },
  farewell: { en: 0.8, zh: 0.5 },
  feeling: { en: 1, zh: 1.1 },
  identity: { en: 1.1, zh: 1.3 },
  ability: { en: 0.6, zh: 0.8 },
  followup: { en: 2.2, zh: 2.2 },
  refusal: { en: 4, zh: 4 },
};

/** What the finish weighs otherwise than the decay: small talk, whose phrasings have least in common. */
const FINISH_WEIGHTS: typeof DECAY_WEIGHTS = {
  ...DECAY_WEIGHTS,
  compare: { en: 3, zh: 3 },
  greeting: { en: 1.3, zh: 1.1 },
  thanks: { en: 1.2, zh: 0.6 },
  farewell: { en: 1.3, zh: 0.6 },
  identity: { en: 1.6, zh: 1.6 },
  ability: { en: 0.8, zh: 1.2 },
  howto: { en: 1.2, zh: 1.6 },
};

const DOMAIN_WEIGHTS: Readonly<Record<Phase, Record<Language, Record<string, number>>>> = {
  steady: { en: domainWeights("en", {}), zh: domainWeights("zh", {}) },
  decay: { en: domainWeights("en", DECAY_WEIGHTS), zh: domainWeights("zh", DECAY_WEIGHTS) },
  finish: { en: domainWeights("en", FINISH_WEIGHTS), zh: domainWeights("zh", FINISH_WEIGHTS) },
};

function domainWeights(language: Language, instead: typeof DECAY_WEIGHTS): Record<string, number> {
  return Object.fromEntries(DOMAINS.map(({ name, weight }) => [name, (instead[name] ?? weight)[language]]));
}

/** A question of this domain, with the clutter people put around it. */
export function randomQuestion(dice: Dice, language: Language, split: Split, domain: Domain): Question {
  const heldOut = HELD_PATTERNS.get(`${domain.name} ${language}`)!;
  for (;;) {
    const question = domain.ask(dice, language, split);
    const plain = question.answer.social === true || question.history !== undefined;
    const text = plain ? question.text : dressedQuestion(dice, language, question.text);
    if (split === "held" || !heldOut.test(normalised(text))) return { ...question, text };
  }
}

/** One dialogue of the training split. The same dice give the same dialogue. */
function randomDialogue(dice: Dice, phase: Phase): Dialogue {
  const language = dice.chance(CHINESE_SHARE) ? "zh" : "en";
  const split = phase === "finish" ? "late" : "train";
  const anyQuestion = () => {
    const name = dice.weighted(DOMAIN_WEIGHTS[phase][language]);
    return randomQuestion(dice, language, split, DOMAINS.find((domain) => domain.name === name)!);
  };
  const question = anyQuestion();
  const turns: TrainingTurn[] = [];
  for (
    let i = 0;
    i < MOST_EARLIER_TURNS && dice.chance(i === 0 ? EARLIER_TURN_SHARE * 0.8 : EARLIER_TURN_SHARE * 2);
    i++
  ) {
    turns.push(...answered(dice, anyQuestion()));
  }
  turns.push(...answered(dice, question));
  if (dice.chance(CLOSING_SHARE))
    turns.push(...answered(dice, randomQuestion(dice, language, split, dice.pick([thanks, farewells]))));
  return { language, system: dice.chance(SYSTEM_SHARE) ? dice.pick(SYSTEMS[language]) : null, turns };
}

function answered(dice: Dice, question: Question): TrainingTurn[] {
  const { language, answer, text, history = [] } = question;
  const wishes = !answer.social && !answer.declines && dice.chance(STYLE_WISH_SHARE);
  const [wish, style] = wishes ? dice.pick(STYLE_WISHES[language]) : (["", dice.weighted(STYLE_SHARES)] as const);
  const assistant = dressed(dice, language, answer, style);
  return [
    ...history,
    { user: withWish(language, text, wish), assistant, ...(answer.emphasis ? { emphasis: answer.emphasis } : {}) },
  ];
}

/** A wish stands in a sentence of its own, also after a question that lost its mark. */
function withWish(language: Language, text: string, wish: string): string {
  if (wish === "" || /[.?!。？！]$/u.test(text)) return text + wish;
  return text + (language === "en" ? "." : "，") + wish;
}

/** The dialogues of a seed, without end. */
export function* dialogues(seed: number, phase: Phase = "steady"): Generator<Dialogue, never> {
  const dice = new Dice(seed);
  for (;;) yield randomDialogue(dice, phase);
}
