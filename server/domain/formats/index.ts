/** All formats under their names, and what each has a place for. */

import { BadLine, jsonOf } from "../dataset-lines.ts";
import type { FileRecord } from "../import-records.ts";
import type { DataKind } from "../run-config.ts";
import { type DataFormat, FORMAT_KINDS } from "../views.ts";
import { type Example, type Field, type Format, fieldsOf, NotCarried } from "./format.ts";
import { hh } from "./hh.ts";
import { llamaFactory } from "./llama-factory.ts";
import { openWebui } from "./open-webui.ts";
import { openai } from "./openai.ts";
import { sharegpt } from "./sharegpt.ts";
import { hone, trl } from "./trl.ts";

export const FORMATS: Record<DataFormat, Format> = {
  hone,
  trl,
  sharegpt,
  "llama-factory": llamaFactory,
  openai,
  hh,
  "open-webui": openWebui,
};

/**
 * The examples of one value of a file: several where a line holds several.
 * @throws BadLine with the reason
 */
export function readExamples(format: DataFormat, kind: DataKind, value: unknown): Example[] {
  const read = FORMATS[format].read[kind];
  if (!read) throw new BadLine(`the format ${format} has no layout for ${kind.toLowerCase()}.`);
  const examples = read(value) as Example[];
  for (const { content } of examples) checkStorable(content);
  return examples;
}

/**
 * The examples of a record of a file; of a plain text the whole file is the one.
 * @throws BadLine with the reason
 */
export function readRecord(format: DataFormat, kind: DataKind, { text, problem }: FileRecord): Example[] {
  if (text === null) throw problem;
  const value = kind === "TEXTS" && !text.trimStart().startsWith("{") ? { text } : jsonOf(text);
  return readExamples(format, kind, value);
}

/** PostgreSQL has no NUL, and half a character cannot be written as UTF-8: both are named rather than replaced. */
function checkStorable(value: unknown): void {
  if (typeof value === "string") {
    if (value.includes("\0")) throw new BadLine("a text holds the character NUL, which cannot be stored.");
    if (!value.isWellFormed()) throw new BadLine("a text holds half of a character (a lone surrogate).");
  } else if (typeof value === "object" && value !== null) {
    for (const field of Object.values(value)) checkStorable(field);
  }
}

/**
 * One line without its end, and the fields of the example it has no place for.
 * @throws NotCarried with a few words
 */
export function writeExample(
  format: DataFormat,
  kind: DataKind,
  example: Example,
): { line: string; lost: readonly Field[] } {
  const { write, carries } = FORMATS[format];
  const writer = write[kind] as ((example: Example) => object) | undefined;
  if (!writer) throw new NotCarried(`${kind.toLowerCase()}: only ${FORMAT_KINDS[format].join(", ").toLowerCase()}`);
  return {
    line: JSON.stringify(writer(example)),
    lost: fieldsOf(example).filter((field) => !carries.includes(field)),
  };
}
