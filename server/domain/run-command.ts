/** The command line that trains the same: for those who would rather run it by hand, or elsewhere. */

import path from "node:path";
import type { DataKind, TrainingMethod } from "./run-config.ts";

export interface CommandParts {
  method: TrainingMethod;
  kind: DataKind;
  /** Paths as this process knows them. */
  base: string;
  from: string | null;
  rewardModel: string | null;
  replay: boolean;
  seed?: number;
  /** What was chosen. */
  config: Record<string, unknown>;
}

/** Quoted for a POSIX shell; data files stand under the names to save them under. */
export function trainCommand({ method, kind, base, from, rewardModel, replay, seed, config }: CommandParts): string {
  const near = (file: string) => (file.startsWith("hf:") ? file : path.relative(process.cwd(), file));
  const words = [
    ...["npm", "run", "train", "--", method.toLowerCase().replaceAll("_", "-")],
    ...["--base", near(base), "--data", `${kind.toLowerCase()}.jsonl`, "--out", "out/"],
    ...(from ? ["--from", near(from)] : []),
    ...(rewardModel ? ["--reward", near(rewardModel)] : []),
    ...(replay ? ["--replay", "replay.jsonl"] : []),
    ...(seed === undefined ? [] : ["--seed", String(seed)]),
    // Someone watches the command line, so its own default is to refuse what is too long.
    ...Object.entries({ overLong: "drop", ...config }).flatMap(([name, value]) => [
      "--config",
      `${name}=${written(value)}`,
    ]),
  ];
  return words.map(quoted).join(" ");
}

const written = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
