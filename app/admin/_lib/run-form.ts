// The settings of a new run as a form: which fields there are, how what was typed becomes a config, and what differs from the defaults.
import type { Method } from "./metrics.ts";

export type FieldKey =
  | "beta"
  | "epochs"
  | "learningRate"
  | "rank"
  | "alpha"
  | "batchSize"
  | "microBatchSize"
  | "warmup"
  | "weightDecay"
  | "clipNorm"
  | "maxLength"
  | "checkpointEvery";

export interface FormField {
  key: FieldKey;
  /** Plain fields are always shown, advanced ones are folded away. */
  advanced: boolean;
  whole: boolean;
  /** Bounds the server will hold it to; `above` excludes the bound itself. */
  min: number;
  above?: boolean;
  max: number;
  methods: readonly Method[];
}

const BOTH: readonly Method[] = ["DPO", "SFT"];

export const FORM_FIELDS: readonly FormField[] = [
  { key: "beta", advanced: false, whole: false, min: 0, above: true, max: 100, methods: ["DPO"] },
  { key: "epochs", advanced: false, whole: true, min: 1, max: 1000, methods: BOTH },
  { key: "learningRate", advanced: false, whole: false, min: 0, above: true, max: 1, methods: BOTH },
  { key: "rank", advanced: true, whole: true, min: 1, max: 256, methods: BOTH },
  { key: "alpha", advanced: true, whole: false, min: 0, above: true, max: 4096, methods: BOTH },
  { key: "batchSize", advanced: true, whole: true, min: 1, max: 4096, methods: BOTH },
  { key: "microBatchSize", advanced: true, whole: true, min: 1, max: 4096, methods: BOTH },
  { key: "warmup", advanced: true, whole: false, min: 0, max: 1, methods: BOTH },
  { key: "weightDecay", advanced: true, whole: false, min: 0, max: 1, methods: BOTH },
  { key: "clipNorm", advanced: true, whole: false, min: 0, above: true, max: Number.MAX_VALUE, methods: BOTH },
  { key: "maxLength", advanced: true, whole: true, min: 2, max: 1_000_000, methods: BOTH },
  { key: "checkpointEvery", advanced: true, whole: true, min: 1, max: Number.MAX_SAFE_INTEGER, methods: BOTH },
];

export function fieldsOf(method: Method): readonly FormField[] {
  return FORM_FIELDS.filter(({ methods }) => methods.includes(method));
}

export type FieldFault = "notANumber" | "notWhole" | "tooSmall" | "notAbove" | "tooLarge";

export interface ParsedForm {
  /** Only what was typed; an empty field leaves the default to the server. */
  config: Partial<Record<FieldKey, number>>;
  faults: Partial<Record<FieldKey, FieldFault>>;
}

/** @param typed what stands in each field; "" or blank means "the default" */
export function parseForm(method: Method, typed: Partial<Record<FieldKey, string>>): ParsedForm {
  const parsed: ParsedForm = { config: {}, faults: {} };
  for (const field of fieldsOf(method)) {
    const text = typed[field.key]?.trim() ?? "";
    if (text === "") continue;
    const value = Number(text);
    const fault = faultOf(field, value);
    if (fault) parsed.faults[field.key] = fault;
    else parsed.config[field.key] = value;
  }
  return parsed;
}

function faultOf({ whole, min, above, max }: FormField, value: number): FieldFault | null {
  if (!Number.isFinite(value)) return "notANumber";
  if (whole && !Number.isInteger(value)) return "notWhole";
  if (above && value <= min) return "notAbove";
  if (value < min) return "tooSmall";
  return value > max ? "tooLarge" : null;
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

/** A setting as it would be typed. */
export function settingText(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  if (value === undefined || value === null) return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
