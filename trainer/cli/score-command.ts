/** What `npm run score` does between reading its arguments and ending: replies in, a table of their scores out. */

import { openTokenizer } from "../../server/gguf/tokenizer.ts";
import { readExamples } from "../data/jsonl.ts";
import { type ChatTokens, chatTokens, scoredRow, tokeniseRankings } from "../data/tokenise.ts";
import type { Engine, Metrics } from "../engine/contract.ts";
import { openEngine } from "../engine/index.ts";
import { evaluateReward } from "../evaluate-reward.ts";
import { scoreReplies } from "../score.ts";
import { readBase } from "./prepare.ts";
import { readRewardModel } from "./tools.ts";

interface ScoreCommand {
  base: string;
  /** The reward model's file. */
  reward: string;
  threads: number;
  json: boolean;
  what: { prompt: string; replies: readonly string[] } | { data: string };
}

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

/**
 * @returns what is to be printed: lines of JSON, or a table
 * @throws TrainerError, GgufError or EngineError with one sentence
 */
export async function runScoreCommand({ base: path, reward, threads, json, what }: ScoreCommand): Promise<string> {
  const base = await readBase(path);
  const { weights } = await readRewardModel(reward, base.model, base.identity);
  const engine = await openEngine({ baseGguf: path, mode: "lora", threads });
  try {
    engine.loadAdapter(REWARD, weights);
    const tokenizer = await openTokenizer(path);
    const chat = chatTokens(tokenizer);
    const scoring = "data" in what ? scoreFile(engine, chat, what.data) : scoreTexts(engine, chat, what);
    const { scored, metrics } = await scoring.finally(() => tokenizer.close());
    return json ? asJson(scored, metrics) : asText(scored, metrics);
  } finally {
    await engine.close();
  }
}

async function scoreTexts(
  engine: Engine,
  chat: ChatTokens,
  { prompt, replies }: { prompt: string; replies: readonly string[] },
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
