/** `npm run score`: what a reward model gives to replies, and how far it can be believed on judged data. */

import { openTokenizer } from "../../server/gguf/tokenizer.ts";
import { readExamples } from "../data/jsonl.ts";
import { type ChatTokens, chatTokens, scoredRow, tokeniseRankings } from "../data/tokenise.ts";
import type { Engine, Metrics } from "../engine/contract.ts";
import { openEngine } from "../engine/index.ts";
import { evaluateReward } from "../evaluate-reward.ts";
import { scoreReplies } from "../score.ts";
import { bad, parseOptions, required, wholeNumber } from "./options.ts";
import { readBase } from "./prepare.ts";
import { runProgram } from "./program.ts";
import { readRewardModel } from "./tools.ts";

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

const REWARD = "reward";

/** One reply, where it came from, and what it got. */
interface Scored {
  origin: string;
  reply: string;
  score: number;
}

interface Scoring {
  scored: Scored[];
  /** Of all pairs together; null where nobody said which reply is better. */
  metrics: Metrics | null;
}

async function main(): Promise<void> {
  const { values, positionals } = parseOptions(process.argv.slice(2), OPTIONS);
  if (values.help) return void process.stdout.write(HELP);
  if (positionals.length > 0) throw bad(`"${positionals[0]}" is one word too many; put texts in quotes.`);
  const { prompt, reply: replies = [], data } = values;
  const reward = required(values.reward, "--reward", "the reward model's adapter.safetensors");
  if ((data === undefined) === (prompt === undefined)) throw bad("Give either --data, or --prompt with --reply.");
  if (prompt !== undefined && replies.length === 0) throw bad("--reply is missing: give at least one to be scored.");
  const threads = wholeNumber(values.threads, "--threads", 1, 1024);

  const base = await readBase(values.base);
  const { weights } = await readRewardModel(reward, base.model, base.identity);
  const engine = await openEngine({ baseGguf: values.base, mode: "lora", threads });
  try {
    engine.loadAdapter(REWARD, weights);
    const tokenizer = await openTokenizer(values.base);
    const chat = chatTokens(tokenizer);
    const { scored, metrics } = await (data === undefined
      ? scoreTexts(engine, chat, prompt!, replies)
      : scoreFile(engine, chat, data)
    ).finally(() => tokenizer.close());
    process.stdout.write(values.json ? asJson(scored, metrics) : asText(scored, metrics));
  } finally {
    await engine.close();
  }
}

async function scoreTexts(
  engine: Engine,
  chat: ChatTokens,
  prompt: string,
  replies: readonly string[],
): Promise<Scoring> {
  const turns = Int32Array.from(chat.prompt([{ role: "user", content: prompt, tokenIds: null }]));
  const rows = replies.map((reply) => scoredRow(turns, [...Array.from(chat.text(reply)), chat.endOfTurn]));
  const scores = await scoreReplies(engine, REWARD, rows);
  return { scored: replies.map((reply, i) => ({ origin: "--reply", reply, score: scores[i]! })), metrics: null };
}

async function scoreFile(engine: Engine, chat: ChatTokens, path: string): Promise<Scoring> {
  const rankings = await readExamples("RANKINGS", path);
  const rule = { maxLength: engine.config.contextLength, overLong: "error" as const };
  const { examples } = tokeniseRankings(rankings, chat, rule);
  const rows = examples.flatMap(({ replies }) => replies);
  const scores = await scoreReplies(engine, REWARD, rows);
  const said = rankings.flatMap(({ origin, replies }) => replies.map(({ content }) => ({ origin, reply: content })));
  return {
    scored: said.map((each, i) => ({ ...each, score: scores[i]! })),
    metrics: await evaluateReward(engine, REWARD, examples),
  };
}

function asJson(scored: readonly Scored[], metrics: Metrics | null): string {
  const lines: object[] = scored.map((each) => ({ type: "score", ...each }));
  if (metrics) lines.push({ type: "metrics", ...metrics });
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

const SHOWN_CHARACTERS = 80;

function asText(scored: readonly Scored[], metrics: Metrics | null): string {
  const lines = scored.map(({ origin, reply, score }) => {
    const text = reply.replaceAll(/\s+/g, " ");
    const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
    return `${score.toFixed(4).padStart(9)}  ${origin}: ${shown}`;
  });
  return [...lines, ...(metrics ? ["", ...calibrationTable(metrics)] : [])].map((line) => `${line}\n`).join("");
}

/** How often the model is right, and whether it is right as often as it thinks. */
function calibrationTable(metrics: Metrics): string[] {
  const percent = (share: number | undefined) => (share === undefined ? "–" : `${(100 * share).toFixed(1)} %`);
  const bins = Object.keys(metrics).filter((name) => /^calibration\/\d\/count$/.test(name) && metrics[name]! > 0);
  return [
    `${metrics["heldout/pairs"]} pairs, accuracy ${percent(metrics["heldout/accuracy"])}, mean margin ${metrics["heldout/margin"]!.toFixed(3)}, ` +
      `calibration error ${percent(metrics["heldout/calibration_error"])}`,
    "predicted   observed   pairs",
    ...bins.map((name) => {
      const of = (what: string) => metrics[name.replace("count", what)];
      return `${percent(of("predicted")).padStart(9)}  ${percent(of("observed")).padStart(9)}  ${String(metrics[name]).padStart(6)}`;
    }),
  ];
}

await runProgram("score", main);
