/** Model cards: what an adapter is, for whoever is handed its files. Names no person and quotes no conversation. */

import type { Prisma } from "../../../prisma/generated/client.ts";
import type { Db } from "../../db.ts";
import { notFound } from "../../errors.ts";
import { metricsSchema, runConfigRecord } from "../json.ts";
import { adapterLineage } from "../lineage.ts";
import { suiteSchema } from "../views/gate.ts";
import { importSourceSchema, type Language } from "../views/registry.ts";
import type { AdapterLineage } from "../views.ts";
import { CARD_WORDS, type CardWords } from "./card-words.ts";

const ROW = {
  baseModel: true,
  madeBy: { orderBy: { createdAt: "asc" }, take: 1 },
  deployments: { orderBy: { number: "asc" }, select: { number: true, deactivatedAt: true } },
  gates: {
    where: { status: { not: "CANCELLED" } },
    orderBy: { createdAt: "desc" },
    take: 1,
    include: { evaluations: true },
  },
} as const satisfies Prisma.AdapterInclude;
type Row = Prisma.AdapterGetPayload<{ include: typeof ROW }>;

/** As Markdown. @throws AppError NOT_FOUND */
export async function modelCard(
  db: Db,
  { id, language }: { id: string; language: Language },
): Promise<{ markdown: string; sha256: string }> {
  const row = await db.adapter.findUnique({ where: { id }, include: ROW });
  if (!row) throw notFound("adapter");
  const lineage = await adapterLineage(db, id);
  const origins = await db.dataset.findMany({
    where: { id: { in: lineage.chain.flatMap(({ datasets }) => datasets.map((dataset) => dataset.id)) } },
    select: { id: true, origin: true, trainPairs: true, heldOutPairs: true },
  });
  return { markdown: render({ row, lineage, origins, words: CARD_WORDS[language] }), sha256: row.sha256 };
}

interface Card {
  row: Row;
  lineage: AdapterLineage;
  origins: readonly { id: string; origin: keyof CardWords["origin"]; trainPairs: number; heldOutPairs: number }[];
  words: CardWords;
}

function render(card: Card): string {
  const { row, words } = card;
  const title = row.name ?? row.sha256.slice(0, 12);
  const sections: [string, string[]][] = [
    [words.heading.facts, facts(card)],
    [words.heading.use, [row.kind === "REWARD" ? words.rewardUse : words.use(line(row.baseModel.name))]],
    [words.heading.made, made(card)],
    [words.heading.data, data(card)],
    [words.heading.figures, figures(card)],
    ...(row.kind === "POLICY" ? [[words.heading.gate, gate(card)] satisfies [string, string[]]] : []),
    [words.heading.lineage, lineageOf(card)],
    [words.heading.limits, words.limits.map((limit) => `- ${limit}`)],
    [words.heading.licence, [words.licence(line(row.baseModel.name))]],
    [words.heading.loading, loading(card)],
    ...(row.notes.trim() ? [[words.heading.notes, [row.notes.trim()]] satisfies [string, string[]]] : []),
  ];
  return [
    `# ${line(title)}`,
    ...sections.map(([heading, lines]) => [`## ${heading}`, "", ...lines].join("\n")),
    "",
  ].join("\n\n");
}

/** What somebody else wrote, on one line and without a meaning in Markdown. */
const line = (text: string) => text.replace(/\s+/g, " ").replace(/([\\`*_{}[\]<>#|])/g, "\\$1");
const code = (text: string) => `\`${text.replace(/[\s`]+/g, " ")}\``;
const cell = (text: string) => text.replaceAll("|", "\\|");

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [row(columns), row(columns.map(() => "---")), ...rows.map(row)];
}

const list = (entries: readonly (readonly [string, string | null])[]) =>
  entries.flatMap(([name, value]) => (value === null ? [] : [`- **${name}:** ${value}`]));

/** Three significant digits, without the noise behind them. */
const number = (value: number) => String(Number(value.toPrecision(4)));

function facts({ row, words }: Card): string[] {
  const { baseModel, deployments } = row;
  const live = deployments.some(({ deactivatedAt }) => deactivatedAt === null);
  const releases = deployments.map(({ number, deactivatedAt }) => (deactivatedAt ? `r${number}` : `**r${number}**`));
  return list([
    [words.fact.sha256, code(row.sha256)],
    [words.fact.base, `${line(baseModel.name)} (${baseModel.architecture}, ${baseModel.parameters})`],
    [words.fact.baseSha256, code(baseModel.sha256)],
    [words.fact.kind, `${words.kind[row.kind]}, ${row.tuning}`],
    [words.fact.rank, row.rank === null ? null : `${row.rank}, ${row.alpha ?? row.rank}`],
    [words.fact.size, `${row.bytes} B`],
    [words.fact.made, row.createdAt.toISOString()],
    [words.fact.status, words.status[live ? "LIVE" : row.status]],
    [words.fact.releases, releases.length > 0 ? releases.join(words.separator) : null],
    [words.fact.tags, row.tags.length > 0 ? row.tags.map(line).join(words.separator) : null],
  ]);
}

function made({ row, words }: Card): string[] {
  const [run] = row.madeBy;
  if (!run) {
    if (row.source === null) return [words.noData];
    const { fileName, importedAt, sha256, baseNamed } = importSourceSchema.parse(row.source);
    return [words.imported({ fileName: fileName.replaceAll("`", "'"), at: importedAt, sha256, baseNamed })];
  }
  const settings = Object.entries(runConfigRecord.parse(run.config)).map(
    ([key, value]) => `${key}=${JSON.stringify(value)}`,
  );
  return list([
    [words.fact.method, run.method],
    [words.fact.steps, String(run.step)],
    [words.fact.seed, String(run.seed)],
    [words.fact.device, run.device === null ? null : line(run.device)],
    [words.fact.time, run.deviceSeconds > 0 ? words.minutes(number(run.deviceSeconds / 60)) : null],
    [words.fact.settings, code(settings.join(" "))],
  ]);
}

function data({ lineage, origins, words }: Card): string[] {
  const known = new Map(origins.map((origin) => [origin.id, origin]));
  const rows = lineage.chain.flatMap(({ datasets }) =>
    datasets.flatMap(({ id, sha256, name, role }) => {
      const found = known.get(id);
      if (!found) return [];
      const label = `${name ? `${line(name)} · ` : ""}${code(sha256.slice(0, 12))}`;
      return [[label, words.origin[found.origin], words.role[role], words.split(found.trainPairs, found.heldOutPairs)]];
    }),
  );
  if (rows.length === 0) return [words.noData];
  const { dataset, origin, use, examples } = words.column;
  const flags = lineage.erasures.filter(({ retrainedBy }) => retrainedBy === null).length;
  return [
    ...table([dataset, origin, use, examples], rows),
    "",
    words.people(lineage.pairs, lineage.judgements, lineage.raters.length),
    "",
    words.consent,
    ...(flags > 0 ? ["", words.erased(flags)] : []),
  ];
}

function figures({ row, words }: Card): string[] {
  const metrics = Object.entries(metricsSchema.parse(row.metrics)).filter(([name]) => !name.startsWith("calibration/"));
  if (metrics.length === 0) return [words.noFigures];
  return table(
    [words.column.figure, words.column.value],
    metrics.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [code(name), number(value)]),
  );
}

function gate({ row, words }: Card): string[] {
  const [newest] = row.gates;
  if (!newest) return [words.gate.NONE];
  const order = suiteSchema.options;
  const rows = newest.evaluations
    .map((evaluation) => ({ ...evaluation, suite: suiteSchema.parse(evaluation.suite) }))
    .sort((a, b) => order.indexOf(a.suite) - order.indexOf(b.suite))
    .map(({ suite, status, metrics, threshold }) => [
      words.suite[suite],
      estimate(metricsSchema.parse(metrics)),
      bar(threshold),
      words.suiteStatus[status],
    ]);
  if (rows.length === 0) return [words.gate[newest.status]];
  const { suite, value, bar: limit, verdict } = words.column;
  return [words.gate[newest.status], "", ...table([suite, value, limit, verdict], rows), "", words.interval];
}

/** The figure a suite decided by, as `value`, `value/low` and `value/high` say it. */
function estimate({ value, "value/low": low, "value/high": high }: Record<string, number>): string {
  if (value === undefined) return "–";
  return low === undefined || high === undefined ? number(value) : `${number(value)} [${number(low)}, ${number(high)}]`;
}

function bar(threshold: Prisma.JsonValue): string {
  if (typeof threshold !== "object" || threshold === null || Array.isArray(threshold)) return "–";
  const { least, most } = threshold;
  const parts = [
    typeof least === "number" ? `≥ ${number(least)}` : "",
    typeof most === "number" ? `≤ ${number(most)}` : "",
  ];
  return parts.filter(Boolean).join(", ") || "–";
}

function lineageOf({ row, lineage, words }: Card): string[] {
  const steps = lineage.chain.map(
    ({ adapter }) => `${code(adapter.sha256.slice(0, 12))}${adapter.method ? ` (${adapter.method})` : ""}`,
  );
  return [
    [...steps, words.fromBase(line(row.baseModel.name))]
      .map((step, i) => (i === 0 ? step : `${words.from} ${step}`))
      .join(" → "),
  ];
}

function loading({ row, words }: Card): string[] {
  const { loading: say } = words;
  const block = (text: string) => ["", "```sh", text, "```", ""];
  if (!row.servable || row.kind !== "POLICY")
    return [say.reward, ...block("npm run score -- --reward adapter.safetensors --data pairs.jsonl")].slice(0, -1);
  const peft = [
    "from transformers import AutoModelForCausalLM",
    "from peft import PeftModel",
    "",
    'base = AutoModelForCausalLM.from_pretrained("<base model>")',
    'model = PeftModel.from_pretrained(base, "<folder with adapter_config.json>")',
  ];
  return [
    say.llama,
    ...block("llama-cli -m base.gguf --lora adapter.gguf"),
    say.peft,
    ...["", "```python", ...peft, "```", ""],
    say.merged,
    ...block("npm run merge -- --base base.gguf --adapter adapter.gguf --out merged.gguf"),
  ].slice(0, -1);
}
