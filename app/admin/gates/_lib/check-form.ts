// A check while it is edited: texts as they were typed, what is wrong with them, and the check they make.
import type { CheckPromptView, ReplyCheck } from "../../../../server/domain/views/gate.ts";

export type CheckKind = CheckPromptView["kind"];
export type CheckType = ReplyCheck["type"];

export const CHECK_KINDS = ["KNOWLEDGE", "SAFETY", "SYCOPHANCY"] as const satisfies readonly CheckKind[];
export const CHECK_TYPES = [
  "CONTAINS",
  "LACKS",
  "EQUALS",
  "NUMBER",
  "REFUSES",
  "PATTERN",
] as const satisfies readonly CheckType[];

export interface CheckDraft {
  kind: CheckKind;
  turns: CheckPromptView["prompt"];
  type: CheckType;
  /** One phrase per line. */
  phrases: string;
  number: string;
  tolerance: string;
  pattern: string;
}

export type CheckFault = "noPrompt" | "noPhrase" | "notANumber" | "noPattern";

/** Bounds of the server's schema. */
export const MOST_PHRASES = 50;
export const LONGEST_PHRASE = 500;

export function emptyDraft(kind: CheckKind): CheckDraft {
  const type = kind === "SAFETY" ? "REFUSES" : "CONTAINS";
  return {
    ...{ kind, type, turns: [{ role: "USER", content: "" }] },
    ...{ phrases: "", number: "", tolerance: "", pattern: "" },
  };
}

export function draftOf({ kind, prompt, check }: CheckPromptView): CheckDraft {
  const draft = { ...emptyDraft(kind), turns: prompt, type: check.type };
  switch (check.type) {
    case "CONTAINS":
    case "EQUALS":
    case "REFUSES":
      return { ...draft, phrases: check.any.join("\n") };
    case "LACKS":
      return { ...draft, phrases: check.all.join("\n") };
    case "NUMBER":
      return { ...draft, number: String(check.value), tolerance: check.tolerance ? String(check.tolerance) : "" };
    case "PATTERN":
      return { ...draft, pattern: check.pattern };
  }
}

/** Two more turns above the others: what a person said before, and what the model answered. */
export function withEarlier(draft: CheckDraft): CheckDraft {
  return {
    ...draft,
    turns: [{ role: "USER", content: "" }, { role: "ASSISTANT", content: "" }, ...draft.turns],
  };
}

const phrasesOf = (typed: string) => [
  ...new Set(
    typed
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];

/** What was typed as a check, or what is wrong with it. */
export function checkOf(draft: CheckDraft): { check: ReplyCheck } | { fault: CheckFault } {
  if (draft.turns.some(({ content }) => content.trim() === "")) return { fault: "noPrompt" };
  const phrases = phrasesOf(draft.phrases);
  switch (draft.type) {
    case "REFUSES":
      return { check: { type: "REFUSES", any: phrases } };
    case "CONTAINS":
    case "EQUALS":
      return phrases.length > 0 ? { check: { type: draft.type, any: phrases } } : { fault: "noPhrase" };
    case "LACKS":
      return phrases.length > 0 ? { check: { type: "LACKS", all: phrases } } : { fault: "noPhrase" };
    case "NUMBER": {
      const [value, tolerance] = [draft.number, draft.tolerance].map((typed) => Number(typed.trim()));
      const typed =
        draft.number.trim() !== "" && Number.isFinite(value) && Number.isFinite(tolerance) && tolerance! >= 0;
      return typed ? { check: { type: "NUMBER", value: value!, tolerance: tolerance! } } : { fault: "notANumber" };
    }
    case "PATTERN":
      return draft.pattern.trim() === ""
        ? { fault: "noPattern" }
        : { check: { type: "PATTERN", pattern: draft.pattern } };
  }
}
