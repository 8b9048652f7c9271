/** `npm run starter:eval`: judges a starter on held-out prompts, prints every figure, and says which bars it misses. */

import { parseArgs } from "node:util";
import { checkReply, styleOf } from "./check.ts";
import { type Item, LANGUAGES, STYLES, type Style } from "./corpus/types.ts";
import { openSpeaker, type Reply, type Speaker } from "./generate.ts";
import { heldOutItems, outOfWorldItems, sumItems, TAUGHT_DOMAINS } from "./held-out.ts";

interface Judged {
  item: Item;
  reply: Reply;
  right: boolean;
}

/** What the starter must reach, as shares. */
const BARS = { taughtPerLanguage: 0.95, ended: 0.99, refused: 0.8, rightWhenSampled: 0.85 } as const;

const SAMPLING_TEMPERATURE = 0.8;

async function judge(speaker: Speaker, items: readonly Item[], temperature: number, seed = 1): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const [i, item] of items.entries()) {
    const reply = await speaker.reply(item.history, item.prompt, { temperature, seed: seed + i });
    judged.push({ item, reply, right: checkReply(item, reply.text) });
  }
  return judged;
}

const share = (judged: readonly Judged[], holds: (one: Judged) => boolean) =>
  judged.filter(holds).length / Math.max(1, judged.length);
const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function printTable(judged: readonly Judged[]): void {
  for (const { name } of TAUGHT_DOMAINS) {
    const cells = LANGUAGES.map((language) => {
      const cell = judged.filter(({ item }) => item.domain === name && item.language === language);
      return `${language} ${percent(share(cell, ({ right }) => right)).padStart(7)}`;
    });
    console.log(`  ${name.padEnd(14)}${cells.join("   ")}`);
  }
}

/** Two drafts of one prompt: how often both are right and one is clearly shorter, which is what preferences feed on. */
function contrast(first: readonly Judged[], second: readonly Judged[]): number {
  const pairs = first.map((one, i) => [one, second[i]!] as const);
  const clear = pairs.filter(([a, b]) => {
    const [short, long] = [a.reply.text.length, b.reply.text.length].toSorted((x, y) => x - y) as [number, number];
    return a.right && b.right && short <= 0.7 * long;
  });
  return clear.length / pairs.length;
}

function showMistakes(title: string, judged: readonly Judged[], most: number): void {
  const wrong = judged.filter(({ right }) => !right).slice(0, most);
  if (wrong.length > 0) console.log(`${title}, wrong:`);
  for (const { item, reply } of wrong)
    console.log(`  [${item.domain} ${item.language}] ${item.prompt} => ${reply.text}`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      model: { type: "string", default: "models/starter.gguf" },
      items: { type: "string", default: "760" },
      seed: { type: "string", default: "1" },
      mistakes: { type: "string", default: "20" },
    },
  });
  const [count, seed, mistakes] = [Number(values.items), Number(values.seed), Number(values.mistakes)];
  const speaker = await openSpeaker(values.model);
  const taught = heldOutItems(seed, count);

  const greedy = await judge(speaker, taught, 0);
  const strangers = await judge(speaker, outOfWorldItems(seed, Math.ceil(count / 2)), 0);
  const first = await judge(speaker, taught, SAMPLING_TEMPERATURE, seed * 10_000);
  const second = await judge(speaker, taught, SAMPLING_TEMPERATURE, seed * 20_000 + 7);
  const seen = await judge(speaker, sumItems(seed, 200, true), 0);
  const unseen = await judge(speaker, sumItems(seed, 200, false), 0);
  await speaker.close();

  const sampled = [...first, ...second];
  const all = [...greedy, ...strangers, ...sampled, ...seen, ...unseen];
  const right = ({ right }: Judged) => right;
  const of = (language: string) => (one: Judged) => one.item.language === language;
  const styles = Object.fromEntries(
    STYLES.map((style) => [style, share(sampled, ({ reply }) => styleOf(reply.text) === style)]),
  ) as Record<Style, number>;

  console.log(`Held-out phrasings of taught facts, greedy (${greedy.length} prompts):`);
  printTable(greedy);
  console.log("Figures:");
  const figures: [string, number, number | null][] = [
    ...LANGUAGES.map((language): [string, number, number] => [
      `right, greedy, ${language}`,
      share(greedy.filter(of(language)), right),
      BARS.taughtPerLanguage,
    ]),
    ["replies that end by themselves", share(all, ({ reply }) => reply.ended), BARS.ended],
    ["out-of-world questions politely refused", share(strangers, right), BARS.refused],
    ...LANGUAGES.map((language): [string, number, null] => [
      `  of them ${language}`,
      share(strangers.filter(of(language)), right),
      null,
    ]),
    [`right at temperature ${SAMPLING_TEMPERATURE}`, share(sampled, right), BARS.rightWhenSampled],
    ["two drafts: both right, one at least 30 % shorter", contrast(first, second), null],
    ["sums trained on, right", share(seen, right), null],
    ["sums never trained on, right", share(unseen, right), null],
  ];
  for (const [name, value, bar] of figures) {
    const verdict = bar === null ? "" : `  (bar ${percent(bar)}: ${value >= bar ? "reached" : "MISSED"})`;
    console.log(`  ${name.padEnd(52)}${percent(value).padStart(8)}${verdict}`);
  }
  console.log(
    `  styles at temperature ${SAMPLING_TEMPERATURE}: ${STYLES.map((style) => `${style} ${percent(styles[style])}`).join(", ")}`,
  );
  console.log(
    `  median length, characters: greedy ${median(greedy.map(({ reply }) => reply.text.length))}, sampled ${median(sampled.map(({ reply }) => reply.text.length))}`,
  );
  showMistakes("Greedy", greedy, mistakes);
  showMistakes("Out of world", strangers, mistakes);
  showMistakes("Sampled", sampled, mistakes);
  const everyStyle = STYLES.every((style) => styles[style] > 0);
  if (!everyStyle) console.log("MISSED: not every style appears.");
  return everyStyle && figures.every(([, value, bar]) => bar === null || value >= bar) ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
