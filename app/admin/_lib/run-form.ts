// The settings of a new run as a form: its fields come from the method's own schema, which also checks what is typed.
import { z } from "zod";
import { RUN_CONFIG_SCHEMAS, type TrainingMethod } from "../../../server/domain/run-config.ts";

/** Numbers and texts are typed, a choice is picked, several are ticked. */
export type FieldKind = "whole" | "number" | "text" | "choice" | "switch" | "several";

export interface FormField {
  key: string;
  kind: FieldKind;
  /** What can be picked or ticked; empty for what is typed. */
  choices: readonly string[];
  /** The schema's own default; undefined where it depends on model and data. */
  usual: unknown;
}

/** What stands in each field: text as typed, a choice, "true" or "false"; of several, the ticked ones. "" means "the default". */
export type Typed = Readonly<Record<string, string | readonly string[]>>;

/** The few settings that matter first, by method; the others are folded away. */
const FIRST: Record<TrainingMethod, readonly string[]> = {
  SFT: ["epochs", "learningRate", "learn", "neftune"],
  PRETRAIN: ["epochs", "learningRate", "maxLength"],
  BEST_OF_K: ["drafts", "maxTokens", "epochs", "learningRate"],
  DISTIL: ["maxTokens", "temperature", "epochs", "learningRate"],
  REWARD: ["epochs", "learningRate"],
  DPO: ["loss", "beta", "epochs", "learningRate"],
  SIMPO: ["beta", "gamma", "epochs", "learningRate"],
  ORPO: ["lambda", "epochs", "learningRate"],
  KTO: ["beta", "epochs", "learningRate"],
  PPO: ["steps", "batchSize", "maxTokens", "klCoefficient", "learningRate"],
  GRPO: ["steps", "groupSize", "maxTokens", "learningRate"],
  RLAIF: ["judge", "drafts", "beta", "learningRate"],
};

/** Settings that have controls of their own, or none. */
const ELSEWHERE = new Set(["version", "tuning", "rewards"]);

interface PropertySchema {
  default?: unknown;
  type?: string;
  enum?: string[];
  items?: { enum?: string[] };
}

/** Settings of every method alike: they come after a method's own. */
const COMMON = Object.keys(RUN_CONFIG_SCHEMAS.SFT.shape).filter((key) =>
  Object.values(RUN_CONFIG_SCHEMAS).every(({ shape }) => key in shape),
);

/** Fields of a method: those that matter first, then its others, then those of every method, each in the schema's order. */
export function fieldsOf(method: TrainingMethod): { first: FormField[]; more: FormField[] } {
  const { properties } = z.toJSONSchema(RUN_CONFIG_SCHEMAS[method], { io: "input" }) as {
    properties: Record<string, PropertySchema>;
  };
  const keys = Object.keys(properties).filter((key) => !ELSEWHERE.has(key));
  const field = (key: string): FormField => ({ key, usual: properties[key]?.default, ...shapeOf(properties[key]!) });
  const first = FIRST[method];
  const more = keys.filter((key) => !first.includes(key));
  const [own, common] = [more.filter((key) => !COMMON.includes(key)), more.filter((key) => COMMON.includes(key))];
  return { first: first.map(field), more: [...own, ...common].map(field) };
}

function shapeOf({ type, enum: values, items }: PropertySchema): Pick<FormField, "kind" | "choices"> {
  if (values) return { kind: "choice", choices: values };
  if (type === "array") return { kind: "several", choices: items?.enum ?? [] };
  if (type === "boolean") return { kind: "switch", choices: ["true", "false"] };
  if (type === "string") return { kind: "text", choices: [] };
  return { kind: type === "integer" ? "whole" : "number", choices: [] };
}

export interface FieldFault {
  kind: "notANumber" | "notWhole" | "tooSmall" | "notAbove" | "tooLarge" | "notBelow" | "empty" | "tooLong" | "other";
  bound: number;
}

export interface ParsedForm {
  /** Only what was chosen; an empty field leaves the default to the server. */
  config: Record<string, unknown>;
  faults: Record<string, FieldFault>;
}

/** Reads the fields the method has; what another method's field held is forgotten. */
export function parseForm(method: TrainingMethod, typed: Typed): ParsedForm {
  const parsed: ParsedForm = { config: {}, faults: {} };
  const { first, more } = fieldsOf(method);
  const schemas: Record<string, z.ZodType> = RUN_CONFIG_SCHEMAS[method].shape;
  for (const field of [...first, ...more]) {
    const value = typedValue(field, typed[field.key]);
    if (value === undefined) continue;
    const result = schemas[field.key]!.safeParse(value);
    if (result.success) parsed.config[field.key] = value;
    else parsed.faults[field.key] = faultOf(result.error);
  }
  return parsed;
}

function typedValue({ kind }: FormField, typed: Typed[string] | undefined): unknown {
  if (typeof typed === "object") return typed;
  const text = typed?.trim() ?? "";
  if (text === "") return undefined;
  if (kind === "switch") return text === "true";
  return kind === "whole" || kind === "number" ? Number(text) : text;
}

/** The first fault zod found, in the form's own terms. */
export function faultOf(error: z.ZodError): FieldFault {
  const [issue] = error.issues;
  if (issue?.code === "too_small") {
    const bound = Number(issue.minimum);
    if (issue.origin === "array" || issue.origin === "string") return { kind: "empty", bound };
    return { kind: issue.inclusive === false ? "notAbove" : "tooSmall", bound };
  }
  if (issue?.code === "too_big") {
    const bound = Number(issue.maximum);
    if (issue.origin === "string") return { kind: "tooLong", bound };
    return { kind: issue.inclusive === false ? "notBelow" : "tooLarge", bound };
  }
  if (issue?.code === "invalid_type" && issue.expected === "int") return { kind: "notWhole", bound: 0 };
  if (issue?.code === "invalid_type" && issue.expected === "number") return { kind: "notANumber", bound: 0 };
  return { kind: "other", bound: 0 };
}

/** A whole number from 0 to 2³¹−1; null when it is none. Blank is undefined: the server draws one. */
export function parseSeed(typed: string): number | null | undefined {
  if (typed.trim() === "") return undefined;
  const seed = Number(typed);
  return Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31 ? seed : null;
}

export interface Difference {
  key: string;
  value: string;
  usual: string;
}

/** The settings that are not as a run without any choices would have them; the schema's version is no setting. */
export function differences(
  config: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>>,
): Difference[] {
  return Object.keys(config)
    .filter((key) => key !== "version" && JSON.stringify(config[key]) !== JSON.stringify(defaults[key]))
    .map((key) => ({ key, value: settingText(config[key]), usual: settingText(defaults[key]) }));
}

/** A setting as it would be typed, a computed one to six digits. */
export function settingText(value: unknown): string {
  if (Array.isArray(value)) return value.map(settingText).join(", ");
  if (value === undefined || value === null) return "–";
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
