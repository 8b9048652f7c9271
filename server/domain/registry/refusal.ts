/** Why a file was not taken as an adapter: a sentence for pages, and the same in English for programs. */

import type { Sentence } from "../views/sentence.ts";

/** Each has words in messages/…/registry.json. */
export const IMPORT_REFUSALS = [
  "EMPTY",
  "TOO_LARGE",
  "BROKEN_OFF",
  "NOT_AN_ADAPTER",
  "COMPRESSED",
  "HALF_OF_PEFT",
  "BAD_ARCHIVE",
  "BASE_UNKNOWN",
  "BASE_MISMATCH",
  "WRONG_SHAPE",
  "NOT_FINITE",
  "NOT_PLAIN_LORA",
  "TRUNCATED",
  "BAD_FILE",
  "CRASHED",
] as const;
export type ImportRefusalCode = (typeof IMPORT_REFUSALS)[number];

export class ImportRefused extends Error {
  override readonly name = "ImportRefused";
  readonly sentence: Sentence;

  /** @param message for programs, and for whoever wants to know exactly */
  constructor(code: ImportRefusalCode, message: string, values: Sentence["values"] = {}) {
    super(message);
    this.sentence = { area: "registry", code: `IMPORT_${code}`, values: { ...values, detail: message } };
  }
}

/** What a reader of files says, in our words; whatever has none is a bad file, and the reader's own sentence tells more. */
const BY_READER: Readonly<Record<string, ImportRefusalCode>> = {
  BASE_MISMATCH: "BASE_MISMATCH",
  UNSUPPORTED_ARCHITECTURE: "BASE_MISMATCH",
  BAD_SHAPE: "WRONG_SHAPE",
  NOT_FINITE: "NOT_FINITE",
  NOT_PLAIN_LORA: "NOT_PLAIN_LORA",
  TRUNCATED: "TRUNCATED",
  CRASHED: "CRASHED",
};

export const refusalOf = ({ code, message }: { code: string; message: string }): ImportRefused =>
  new ImportRefused(BY_READER[code] ?? "BAD_FILE", message);
