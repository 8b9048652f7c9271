/** What training, gates, people and chat have taken, month by month and Run by Run, at the prices the admin has set. */

import { z } from "zod";
import type { Db } from "../../db.ts";
import { type FigureSource, keptFigures } from "../kept-figures.ts";
import { getSetting } from "../setting.ts";
import type { Settings } from "../setting-registry.ts";
import type { CostMonth, CostsView } from "../views/schedule.ts";
import { monthOf } from "./zone.ts";

type Prices = Settings["prices"];

/** What is paid for. Tokens that the model here speaks and learns from cost device time and nothing besides. */
export interface Spending {
  cpuMinutes: number;
  gpuMinutes: number;
  annotatorMinutes: number;
  judgeTokens: number;
}

/** The cost in the prices' currency; null while no price is set. Pure. */
export function costOf(
  { cpuMinutes, gpuMinutes, annotatorMinutes, judgeTokens }: Spending,
  prices: Prices,
): number | null {
  const { cpuHour, gpuHour, annotatorHour, millionJudgeTokens } = prices;
  if (cpuHour === null && gpuHour === null && annotatorHour === null && millionJudgeTokens === null) return null;
  const hours =
    (cpuMinutes * (cpuHour ?? 0) + gpuMinutes * (gpuHour ?? 0) + annotatorMinutes * (annotatorHour ?? 0)) / 60;
  return hours + (judgeTokens / 1e6) * (millionJudgeTokens ?? 0);
}

const MONTHS = 12;
const RUNS = 50;

/** Months are UTC's, the newest first; those in which nothing happened are there as well, from the first that something did. */
export async function readCosts(db: Db, now: Date): Promise<CostsView> {
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - (MONTHS - 1), 1));
  const [prices, spent, annotators, chat, runs] = await Promise.all([
    getSetting(db, "prices"),
    readDevices(db, first),
    readAnnotators(db, first),
    keptFigures(db, CHAT_TOKENS, now),
    readRuns(db),
  ]);
  const months: CostMonth[] = [];
  for (let back = 0; back < MONTHS; back++) {
    const month = monthOf("UTC", new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)));
    const devices = spent.find((row) => row.month === month) ?? NOTHING;
    const annotatorMinutes = annotators.find((row) => row.month === month)?.minutes ?? 0;
    const { gateOnGpuMinutes, ...figures } = devices;
    // A gate is measured on the device that trains.
    const cpuMinutes = devices.cpuMinutes + devices.gateMinutes - gateOnGpuMinutes;
    const gpuMinutes = devices.gpuMinutes + gateOnGpuMinutes;
    const cost = costOf({ cpuMinutes, gpuMinutes, annotatorMinutes, judgeTokens: devices.judgeTokens }, prices);
    months.push({ ...figures, month, annotatorMinutes, chatTokens: chat.value[month] ?? 0, cost });
  }
  while (months.length > 1 && isEmpty(months.at(-1)!)) months.pop();
  return {
    currency: prices.currency,
    months,
    runs: runs.map(({ minutes, scheduleName, ...run }) => {
      const device = run.onGpu ? { cpuMinutes: 0, gpuMinutes: minutes } : { cpuMinutes: minutes, gpuMinutes: 0 };
      const cost = costOf({ ...device, annotatorMinutes: 0, judgeTokens: run.judgeTokens }, prices);
      return { ...run, minutes, scheduleName, cost };
    }),
  };
}

const isEmpty = ({ month: _, cost: __, ...figures }: CostMonth) =>
  Object.values(figures).every((figure) => figure === 0);

interface Devices {
  month: string;
  cpuMinutes: number;
  gpuMinutes: number;
  gateMinutes: number;
  gateOnGpuMinutes: number;
  trainTokens: number;
  sampledTokens: number;
  judgeTokens: number;
  runs: number;
}

const NOTHING = {
  cpuMinutes: 0,
  gpuMinutes: 0,
  gateMinutes: 0,
  gateOnGpuMinutes: 0,
  trainTokens: 0,
  sampledTokens: 0,
  judgeTokens: 0,
  runs: 0,
};

const readDevices = (db: Db, from: Date) => db.$queryRaw<Devices[]>`
  SELECT "month", sum("cpu")::float8 / 60 AS "cpuMinutes", sum("gpu")::float8 / 60 AS "gpuMinutes",
    sum("gate")::float8 / 60 AS "gateMinutes", sum("gateOnGpu")::float8 / 60 AS "gateOnGpuMinutes",
    sum("tokens")::float8 AS "trainTokens", sum("sampledTokens")::float8 AS "sampledTokens", sum("judgeTokens")::float8 AS "judgeTokens", sum("runs")::int AS "runs"
  FROM (
    SELECT to_char("createdAt" AT TIME ZONE 'UTC', 'YYYY-MM') AS "month",
      CASE WHEN "onGpu" THEN 0 ELSE "deviceSeconds" END AS "cpu", CASE WHEN "onGpu" THEN "deviceSeconds" ELSE 0 END AS "gpu",
      0 AS "gate", 0 AS "gateOnGpu", "tokens", "sampledTokens", "judgeTokens", 1 AS "runs"
    FROM "Run" WHERE "createdAt" >= ${from}
    UNION ALL
    SELECT to_char(gate."createdAt" AT TIME ZONE 'UTC', 'YYYY-MM'), 0, 0, gate."deviceSeconds",
      CASE WHEN EXISTS (SELECT FROM "Run" maker WHERE maker."adapterId" = gate."adapterId" AND maker."onGpu")
        THEN gate."deviceSeconds" ELSE 0 END, 0, 0, 0, 0
    FROM "Gate" gate WHERE gate."createdAt" >= ${from}
  ) AS spent GROUP BY "month"`;

/** A task left open over lunch is not an hour's work. */
const LONGEST_TASK_MINUTES = 15;

/** Time between taking a task and handing it in. */
const readAnnotators = (db: Db, from: Date) => db.$queryRaw<{ month: string; minutes: number }[]>`
  SELECT to_char("endedAt" AT TIME ZONE 'UTC', 'YYYY-MM') AS "month",
    sum(least(extract(epoch FROM "endedAt" - "leasedAt") / 60, ${LONGEST_TASK_MINUTES}))::float8 AS "minutes"
  FROM "Assignment" WHERE "state" = 'SUBMITTED' AND "endedAt" >= ${from} GROUP BY 1`;

/** Tokens read and written in conversations by month: a pass over a year of messages, so they are kept and may be some minutes old. */
export const CHAT_TOKENS: FigureSource<Record<string, number>> = {
  ...{ key: "chat tokens by month", schema: z.record(z.string(), z.number()) },
  version: async (db) => {
    const newest = await db.message.findFirst({ orderBy: { createdAt: "desc" }, select: { id: true, status: true } });
    return newest ? `${newest.id} ${newest.status}` : "";
  },
  work: async (db) => {
    const rows = await db.$queryRaw<{ month: string; tokens: number; size: number }[]>`
      SELECT to_char("createdAt" AT TIME ZONE 'UTC', 'YYYY-MM') AS "month", count(*)::int AS "size",
        coalesce(sum(coalesce("promptTokens", 0) + coalesce("completionTokens", 0)), 0)::float8 AS "tokens"
      FROM "Message" WHERE "role" = 'ASSISTANT'
        AND "createdAt" >= (SELECT max("createdAt") FROM "Message") - make_interval(months => ${MONTHS}::int)
      GROUP BY 1`;
    const value = Object.fromEntries(rows.map(({ month, tokens }) => [month, tokens]));
    return { value, size: rows.reduce((sum, { size }) => sum + size, 0) };
  },
};

async function readRuns(db: Db) {
  const rows = await db.run.findMany({
    where: { deviceSeconds: { gt: 0 } },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: RUNS,
    select: {
      ...{ id: true, method: true, createdAt: true, onGpu: true, deviceSeconds: true },
      ...{ tokens: true, sampledTokens: true, judgeTokens: true },
      firing: { select: { schedule: { select: { name: true } } } },
    },
  });
  return rows.map(({ id, method, createdAt, onGpu, deviceSeconds, firing, ...run }) => ({
    ...{ id, method, at: createdAt, onGpu, minutes: deviceSeconds / 60 },
    ...{ tokens: Number(run.tokens), sampledTokens: Number(run.sampledTokens), judgeTokens: Number(run.judgeTokens) },
    scheduleName: firing?.schedule.name ?? null,
  }));
}
