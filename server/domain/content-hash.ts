/** Hashes that name content: of an example, by which Datasets are ordered, and of a prompt, by which they are split. Pure. */

import { createHash } from "node:crypto";
import type { PairSource } from "../../prisma/generated/enums.ts";
import type { LineContents } from "./dataset-lines.ts";
import type { DataKind } from "./run-config.ts";

/** Of a JSON object whose keys are sorted at every depth; hex. */
export const itemHash = (content: LineContents[DataKind], source: PairSource | null = null): string =>
  sha256(JSON.stringify([sorted(content), source]));

/**
 * Equal for prompts that a split must keep together; hex. Case, width, punctuation and spaces do not count: the same
 * question typed in another way must not be trained on and measured on.
 */
export function promptKey(content: LineContents[DataKind]): string {
  const turns = "prompt" in content ? content.prompt.map(({ role, content }) => `${role} ${plain(content)}`) : null;
  return sha256(turns ? turns.join("\n") : plain((content as LineContents["TEXTS"]).text));
}

/** A text of nothing but signs stays as it is: "?" and "!" are two prompts. */
function plain(text: string): string {
  const folded = text.normalize("NFKC").toLowerCase();
  return folded.replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim() || folded;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  // By code unit: the order must not depend on the machine's language.
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, sorted(field)]);
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
