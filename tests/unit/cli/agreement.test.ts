/** The command line that the page shows for a run is one that `npm run train` understands, for every method. */

import path from "node:path";
import { describe, expect, it } from "vitest";
import { trainCommand } from "../../../server/domain/run-command.ts";
import { METHOD_TRAITS, METHODS } from "../../../server/domain/run-config.ts";
import { parseCommand } from "../../../trainer/cli/arguments.ts";

/** Words as a POSIX shell splits them; single quotes are all that the page uses. */
function shellWords(line: string): string[] {
  const words = [...line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)].map(([word]) => word);
  return words.map((word) => word.replace(/'([^']*)'|\\(.)/g, (_, quoted, escaped) => quoted ?? escaped));
}

describe.each(METHODS)("%s", (method) => {
  const { rewardModel, data } = METHOD_TRAITS[method];
  const scores = rewardModel !== "never";
  const config = {
    rank: 4,
    targets: ["attn_q", "ffn_up"],
    learningRate: 0.001,
    ...(scores && { rewards: [{ kind: "rewardModel" }, { kind: "regex", pattern: 'it\'s "so", $HOME\\d' }] }),
    ...(method === "RLAIF" && { question: "Which one isn't longer than it's worth?" }),
  };

  it("comes back from the page's command line as it was asked for", () => {
    const replay = ["SFT", "PRETRAIN", "BEST_OF_K", "DISTIL"].includes(method);
    const line = trainCommand({
      ...{ method, kind: data[0], base: path.resolve("models/starter.gguf"), seed: 7, config, replay },
      from: path.resolve("my home/adapters/ab/adapter.gguf"),
      rewardModel: scores ? path.resolve("adapters/cd/adapter.safetensors") : null,
    });
    const [npm, run, train, dashes, ...args] = shellWords(line);
    expect([npm, run, train, dashes]).toEqual(["npm", "run", "train", "--"]);
    const command = parseCommand(args);
    expect(command).toMatchObject({
      method,
      seed: 7,
      base: "models/starter.gguf",
      from: "my home/adapters/ab/adapter.gguf",
      reward: scores ? "adapters/cd/adapter.safetensors" : null,
      replay: replay ? "replay.jsonl" : null,
      config,
    });
  });
});
