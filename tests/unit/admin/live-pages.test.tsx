// What the overview and the deployments page say, drawn in both languages: better, worse, unsure, never measured; each need; each reason of the traffic.
import { describe, expect, test } from "vitest";
import { useSentence } from "../../../app/_lib/sentence.ts";
import { Evidence } from "../../../app/admin/deployments/evidence.tsx";
import { Stages } from "../../../app/admin/deployments/stages.tsx";
import { Attention } from "../../../app/admin/overview/attention.tsx";
import { Compared, ComparedSentence } from "../../../app/admin/overview/compared.tsx";
import { Work } from "../../../app/admin/overview/work.tsx";
import { CANARY_METRICS, type CanaryTest, canaryPlanSchema } from "../../../server/domain/views/deployment.ts";
import { ATTENTION_KINDS, type ComparedView, type WorkItem } from "../../../server/domain/views/overview.ts";
import type { Sentence } from "../../../server/domain/views/sentence.ts";
import { LOCALES } from "../../../server/locale.ts";
import { messages, NOW, words } from "../../helpers/page-words.tsx";

const COMPARED: ComparedView = {
  ...{ live: { number: 7, adapterSha256: "a".repeat(64) }, before: { number: 6, adapterSha256: "b".repeat(64) } },
  gate: { id: "g", status: "PASSED", other: null, winRate: { value: 0.58, low: 0.54, high: 0.62, pairs: 1204 } },
  people: { value: 0.51, low: 0.4, high: 0.62, comparisons: 88 },
};

describe("how much better live is", () => {
  test("is a sentence with its interval and what it rests on", () => {
    const said = words(<ComparedSentence compared={COMPARED} />);
    expect(said).toContain("It wins 58% [54, 62] against r6 · bbbbbb on 1,204 held-out comparisons.");
    expect(said).toContain("preferred its own 51% [40, 62] of 88 times.");
    expect(words(<ComparedSentence compared={COMPARED} />, "zh")).toContain("在 1,204 组留出比较中");
  });

  test("is sure, or not, in words", () => {
    const drawn = words(<Compared compared={COMPARED} />);
    expect(drawn).toMatch(/Held-out comparisons 58% \[54, 62\] Better, and surely so/);
    expect(drawn).toMatch(/People’s comparisons 51% \[40, 62\] Too little to be sure/);
    const worse = { ...COMPARED.gate!, winRate: { value: 0.4, low: 0.32, high: 0.48, pairs: 90 } };
    expect(words(<Compared compared={{ ...COMPARED, gate: worse }} />)).toContain("Worse, and surely so");
  });

  test("is said to be unknown where nothing was measured, where there is one release, and where a gate measured it beside another", () => {
    expect(words(<ComparedSentence compared={null} />)).toBe(
      "It is the only release so far; the next one is compared with it.",
    );
    expect(words(<ComparedSentence compared={{ ...COMPARED, gate: null, people: null }} />)).toMatch(
      /has not been measured/,
    );
    const empty = { ...COMPARED.gate!, winRate: null };
    expect(words(<ComparedSentence compared={{ ...COMPARED, gate: empty, people: null }} />)).toMatch(/no held-out/);
    expect(words(<Compared compared={{ ...COMPARED, gate: empty, people: null }} />)).toBe("");
    const other = { ...COMPARED.gate!, other: { adapterSha256: "c".repeat(64) } };
    expect(words(<ComparedSentence compared={{ ...COMPARED, gate: other }} />)).toMatch(
      /Its gate did not measure it beside r6 · bbbbbb, the release before it\. It wins .* against weights cccccc/,
    );
    const unmeasured = { ...other, winRate: null };
    expect(words(<ComparedSentence compared={{ ...COMPARED, gate: unmeasured, people: null }} />)).toBe(
      "Its gate had no held-out comparison to go by.",
    );
  });
});

test.each(LOCALES)("every need has its words and its act (%s)", (locale) => {
  for (const kind of ATTENTION_KINDS) {
    const values = { adapter: "abcdef", release: "r8", count: 2, reason: "Exam week" };
    const said = words(
      <Attention items={[{ kind, values, reason: [], detail: "the program's own words", href: "/admin" }]} />,
      locale,
    );
    expect(said).not.toContain(kind);
    expect(said).toContain("the program's own words");
  }
});

test.each(LOCALES)("everything under way has a name and says how it stands (%s)", (locale) => {
  const at = new Date(NOW.getTime() - 90_000);
  const items: WorkItem[] = [
    { kind: "RUN", id: "1", method: "DPO", status: "RUNNING", done: 0.5, secondsLeft: 65, at },
    { kind: "RUN", id: "2", method: "PPO", status: "QUEUED", done: 0, secondsLeft: null, at },
    { kind: "GATE", id: "3", adapterSha256: "a".repeat(64), status: "RUNNING", done: 0.1, secondsLeft: null, at },
    {
      kind: "CANARY",
      id: "4",
      number: 8,
      adapterSha256: "a".repeat(64),
      status: "RUNNING",
      share: 25,
      stage: 0,
      stages: 4,
      at,
    },
    { kind: "CANARY", id: "5", number: 8, adapterSha256: null, status: "PAUSED", share: 10, stage: 0, stages: 4, at },
    { kind: "FIRING", id: "6", scheduleId: "s", schedule: "Nightly", reason: null, at },
    { kind: "SCHEDULE", id: "7", schedule: "Weekly", at: new Date(NOW.getTime() + 7_200_000) },
  ];
  const said = words(<Work items={items} />, locale);
  if (locale === "en") {
    for (const part of [
      "DPO run 1 min 5 sec left",
      "queued for 1 min 30 sec",
      "time left not known yet",
      "2.5% of new conversations, stage 1 of 4",
    ])
      expect(said).toContain(part);
    expect(said).toMatch(/“Weekly” due in 2 hours/);
  } else {
    for (const part of ["还剩 1分钟 5秒", "新对话的 2.5%，第 1/4 阶段", "计划“Weekly” 2小时后到期"])
      expect(said).toContain(part);
  }
  expect(words(<Work items={[]} />, locale).length).toBeGreaterThan(5);
});

const of = (metric: CanaryTest["metric"], evidenceWorse: number, evidenceBetter: number): CanaryTest => ({
  ...{ metric, evidenceWorse, evidenceBetter, bar: 100 },
  ...{ difference: { value: -0.046, low: -0.205, high: 0.1 }, observations: { arm: 41, control: 380 } },
});

describe("evidence", () => {
  test("is said in words, with the difference, the E-value and the bar", () => {
    const said = words(<Evidence tests={[of("thumbs", 4.23, 0.3)]} earlyPromotion={false} />);
    expect(said).toContain("Some evidence that it is worse. -4.6 points [-20.5, +10] · E 4.2 of 100");
    expect(said).toContain("41 beside 380 observations");
    expect(said).toContain("taken back at 100");
    expect(words(<Evidence tests={[of("errors", 0.2, 40)]} earlyPromotion />)).toContain(
      "Nothing says that it is worse, strong evidence that it is better.",
    );
    expect(words(<Evidence tests={[of("errors", 150, 40)]} earlyPromotion />)).toContain(
      "Beyond the bar: it is worse.",
    );
  });

  test.each(LOCALES)("of every metric has a name (%s)", (locale) => {
    const said = words(<Evidence tests={CANARY_METRICS.map((metric) => of(metric, 1, 1))} earlyPromotion />, locale);
    for (const metric of CANARY_METRICS) expect(said).not.toContain(`test.${metric}`);
    expect(words(<Evidence tests={[]} earlyPromotion={false} />, locale)).not.toContain("traffic.");
  });
});

test("stages say which have passed, which is now, and what each needs", () => {
  expect(words(<Stages plan={canaryPlanSchema.parse({})} stage={1} />)).toBe(
    "1% passed 20 replies · 30 min 10% now 100 replies · 2 hr 50% to come 300 replies · 4 hr 100% to come",
  );
});

/** As server/domain/canary gives them. */
const REASONS: [code: string, values: Sentence["values"]][] = [
  ["REPLIES_MISSING", { replies: 12, of: 1000 }],
  ["MINUTES_MISSING", { minutes: 30, span: "30 min" }],
  ["FROZEN", {}],
  ["PAUSED", {}],
  ["OTHER_ARMS", { share: 0.6 }],
  ...["THUMBS", "REGENERATE", "ERRORS", "LATENCY"].map((metric): [string, Sentence["values"]] => [
    `WORSE_${metric}`,
    { arm: 0.41, control: 0.62, armObservations: 88, controlObservations: 1840, evidence: 131.234, bar: 100 },
  ]),
  ["WORSE_SIDE_BY_SIDE", { wins: 3, losses: 21, evidence: 131.234, bar: 100 }],
  ["STAGES_PASSED", {}],
  ["PROMOTED_BY_HAND", {}],
  ["SUPERSEDED", { number: 9 }],
  ["STOPPED_BY_HAND", {}],
  ["PAUSED_BY_HAND", {}],
  ["SHARE_SET_BY_HAND", { share: 0.125 }],
  ["REPLACED", { number: 9 }],
  ["ROLLED_BACK", { number: 9 }],
  ["BECAME_DEFAULT", { number: 9 }],
];

function Said({ sentence }: { sentence: Sentence }) {
  return useSentence()(sentence);
}

describe("reasons of the traffic", () => {
  test.each(LOCALES)("have words that fit their values (%s)", (locale) => {
    for (const [code, values] of REASONS) {
      const said = words(<Said sentence={{ area: "traffic", code, values }} />, locale);
      expect(said).not.toContain(code);
      expect(said).not.toMatch(/[{}]/);
    }
    expect(Object.keys(messages[locale]!.traffic.sentences).sort()).toEqual(REASONS.map(([code]) => code).sort());
  });

  test("tell figures as people read them", () => {
    const said = (code: string) => {
      const values = REASONS.find(([known]) => known === code)![1];
      return words(<Said sentence={{ area: "traffic", code, values }} />);
    };
    expect(said("WORSE_THUMBS")).toBe(
      "Its replies were liked less: 41% of 88 thumbs were up, beside 62% of 1,840 (evidence 131.2, bar 100).",
    );
    expect(said("SHARE_SET_BY_HAND")).toBe("An admin set its share to 12.5%.");
    expect(said("REPLIES_MISSING")).toBe("1,000 replies of this stage, 12 so far");
  });
});
