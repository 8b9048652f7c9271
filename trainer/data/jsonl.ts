/** Reads training examples from files; a bad line is named by its number and reason. */

import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { BadLine, jsonOf, type LineContents, parseLine } from "../../server/domain/dataset-lines.ts";
import { recordsOf } from "../../server/domain/import-records.ts";
import type { DataKind } from "../../server/domain/run-config.ts";
import { TrainerError } from "../errors.ts";
import type {
  DialogueExample,
  PreferenceExample,
  PromptExample,
  RankingExample,
  TextExample,
  ThumbExample,
} from "./example.ts";

/** What becomes of the lines of every kind of file; `parseLine` has their layouts. */
interface Examples {
  PAIRS: PreferenceExample;
  RANKINGS: RankingExample;
  THUMBS: ThumbExample;
  DIALOGUES: DialogueExample;
  PROMPTS: PromptExample;
  TEXTS: TextExample;
}

/**
 * The examples of a file of JSON Lines, packed with gzip or not; blank lines are skipped. Of TEXTS, a file that does not end in `.jsonl` or `.json` is
 * one document of plain text.
 * @throws TrainerError FILE_MISSING, NO_EXAMPLES, or BAD_DATA naming file and line
 */
export async function readExamples<K extends DataKind>(kind: K, path: string): Promise<Examples[K][]> {
  const info = await stat(path).catch(() => null);
  if (!info?.isFile())
    throw new TrainerError("FILE_MISSING", `Cannot read ${path}: ${info ? "it is no file" : "there is no such file"}.`);
  const examples: Examples[K][] = [];
  const add = (content: LineContents[K], number: number) =>
    examples.push({ ...content, origin: `line ${number}` } as unknown as Examples[K]);
  if (kind === "TEXTS" && !/\.jsonl?(\.gz)?$/i.test(path)) {
    const text = (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
    if (text.trim() !== "") add(parseLine[kind]({ text }), 1);
  } else {
    for await (const { records } of recordsOf(createReadStream(path))) {
      for (const { number, text, problem } of records) {
        try {
          if (text === null) throw problem;
          add(parseLine[kind](jsonOf(text)), number);
        } catch (error) {
          if (!(error instanceof BadLine)) throw error;
          throw new TrainerError("BAD_DATA", `${path}, line ${number}: ${error.message}`);
        }
      }
    }
  }
  if (examples.length === 0)
    throw new TrainerError("NO_EXAMPLES", `${path} holds no examples; give one JSON object per line.`);
  return examples;
}

export const readPairs = (path: string) => readExamples("PAIRS", path);
export const readDialogues = (path: string) => readExamples("DIALOGUES", path);
