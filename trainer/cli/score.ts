/** `npm run score`: what a reward model gives to replies, and how far it can be believed on judged data. */

import { bad, parseOptions, required, wholeNumber } from "./options.ts";
import { runProgram } from "./program.ts";

const HELP = `Scores replies with a reward model that "npm run train -- reward" made.

  npm run score -- --reward out/adapter.safetensors --prompt "Hi" --reply "Hello!" --reply "What?"
  npm run score -- --reward out/adapter.safetensors --data pairs.jsonl

Options
  --reward FILE   the reward model's adapter.safetensors
  --base FILE     the base model it was trained on (default models/starter.gguf)
  --prompt TEXT   what the user says
  --reply TEXT    a reply to be scored; may be repeated
  --data FILE     pairs or rankings, one JSON object per line (npm run train -- --help shows them): every reply's score, and of
                  all pairs together accuracy, mean margin and calibration
  --json          one JSON object per line
  --threads N     CPU threads (default 2)

Only differences between replies to one prompt mean something: d apart are odds of e^d that people prefer the first.
Exit codes: 0 done, 1 failed, 2 bad input.
`;

const OPTIONS = {
  reward: { type: "string" },
  base: { type: "string", default: "models/starter.gguf" },
  prompt: { type: "string" },
  reply: { type: "string", multiple: true },
  data: { type: "string" },
  json: { type: "boolean", default: false },
  threads: { type: "string", default: "2" },
  help: { type: "boolean", short: "h", default: false },
} as const;

async function main(): Promise<void> {
  const { values, positionals } = parseOptions(process.argv.slice(2), OPTIONS);
  if (values.help) return void process.stdout.write(HELP);
  if (positionals.length > 0) throw bad(`"${positionals[0]}" is one word too many; put texts in quotes.`);
  const { base, prompt, reply: replies = [], data, json } = values;
  const reward = required(values.reward, "--reward", "the reward model's adapter.safetensors");
  if ((data === undefined) === (prompt === undefined)) throw bad("Give either --data, or --prompt with --reply.");
  if (prompt !== undefined && replies.length === 0) throw bad("--reply is missing: give at least one to be scored.");
  const threads = wholeNumber(values.threads, "--threads", 1, 1024);
  const what = data === undefined ? { prompt: prompt!, replies } : { data };
  // Only now, because the engine behind it takes a second to load and a mistyped option should not wait for it.
  const { runScoreCommand } = await import("./score-command.ts");
  process.stdout.write(await runScoreCommand({ base, reward, threads, json, what }));
}

await runProgram("score", main);
