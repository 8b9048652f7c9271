// The report in words: every state and every reason the server can give reads as sentences in both languages, with its figures.
import { IntlProvider, type Messages } from "next-intl";
import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { useSentence } from "../../../app/_lib/sentence.ts";
import { GateProgress } from "../../../app/admin/_components/gate-progress.tsx";
import { GateStatusBadge } from "../../../app/admin/_components/gate-status.tsx";
import { type NextAct, nextAct } from "../../../app/admin/_lib/gate-states.ts";
import { Decisions } from "../../../app/admin/gates/[id]/decisions.tsx";
import { Particulars } from "../../../app/admin/gates/[id]/particulars.tsx";
import { Suites } from "../../../app/admin/gates/[id]/suites.tsx";
import { NextText, VerdictText } from "../../../app/admin/gates/[id]/verdict.tsx";
import englishAdmin from "../../../messages/en/admin.json" with { type: "json" };
import english from "../../../messages/en/gate.json" with { type: "json" };
import chineseAdmin from "../../../messages/zh/admin.json" with { type: "json" };
import chinese from "../../../messages/zh/gate.json" with { type: "json" };
import { type Finding, judgeSuite, verdictOf } from "../../../server/domain/gate/verdict.ts";
import { type GateReport, gatePolicySchema, SUITES, type Suite } from "../../../server/domain/views/gate.ts";
import type { Sentence } from "../../../server/domain/views/sentence.ts";
import { gateReport, OTHER, suiteView, VIEWER } from "../../helpers/gate-report.ts";

const MESSAGES = {
  en: { gate: english, admin: englishAdmin },
  zh: { gate: chinese, admin: chineseAdmin },
} as unknown as Record<"en" | "zh", Messages>;
const LOCALES = ["en", "zh"] as const;

/** The text of a component, tags taken out; a message that is missing or lacks a value fails. */
function textOf(element: ReactElement, locale: "en" | "zh" = "en"): string {
  const html = renderToStaticMarkup(
    <IntlProvider
      locale={locale}
      messages={MESSAGES[locale]}
      timeZone="UTC"
      now={new Date("2026-11-20T10:00:00Z")}
      onError={(error) => {
        throw error;
      }}
    >
      {element}
    </IntlProvider>,
  );
  return html
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

const POLICY = gatePolicySchema.parse({});
const estimate = (value: number, width = 0) => ({ value, low: value - width, high: value + width });

/** What each suite may find, so that each of its reasons comes up. */
const FINDINGS: readonly (readonly [Suite, Finding])[] = [
  ...[0.7, 0.3, 0.5].map(
    (value) =>
      ["heldOutPairs", { kind: "gain", value: estimate(value, 0.1), count: 120, counted: "pairs" }] as const satisfies [
        Suite,
        Finding,
      ],
  ),
  ["heldOutPairs", { kind: "gain", value: estimate(0.6, 0.3), count: 4, counted: "pairs" }],
  ["heldOutPairs", { kind: "gain", value: null, count: 0, counted: "pairs" }],
  ...[3, 100].map(
    (kl) => ["divergence", { kind: "divergence", live: estimate(kl, 1), base: estimate(kl, 1) }] as const,
  ),
  ["divergence", { kind: "divergence", live: estimate(41, 5), base: estimate(3, 1) }],
  ...[1.1, 5].map(
    (ratio) =>
      [
        "length",
        { kind: "length", ratio: estimate(ratio, 0.1), drift: estimate(ratio, 0.1), feature: "markup" },
      ] as const,
  ),
  ["length", { kind: "length", ratio: estimate(2.1, 0.5), drift: estimate(1.6, 0.5), feature: "repetition" }],
  ...[0, 1, 9].map((lost) => ["knowledge", { kind: "checks", asked: 60, livePassed: 50, lost }] as const),
  ["safety", { kind: "checks", asked: 0, livePassed: 0, lost: 0 }],
  ["safety", { kind: "checks", asked: 16, livePassed: 0, lost: 0 }],
  ...[estimate(0.01, 0.001), estimate(0.5, 0.1), estimate(0.2, 0.1)].map(
    (rise) => ["general", { kind: "general", rise, before: 2.1, after: 2.1 + rise.value }] as const,
  ),
  ...[estimate(0, 0.02), estimate(0.4, 0.1), estimate(0.1, 0.1)].map(
    (drop) => ["endings", { kind: "endings", drop, candidate: 0.9 - drop.value, live: 0.9 }] as const,
  ),
  ...[estimate(1, 0.1), estimate(0.3, 0.1), estimate(0.65, 0.1)].map(
    (ratio) => ["speed", { kind: "speed", ratio, tokensPerSecond: 61.8 }] as const,
  ),
  ["rewardModel", { kind: "notApplicable", why: "NO_REWARD_MODEL" }],
  ["judge", { kind: "notApplicable", why: "NO_JUDGE" }],
  ["judge", { kind: "missing", error: "The judge does not answer." }],
];

const REASONS: Sentence[] = [
  ...FINDINGS.flatMap(([suite, finding]) => judgeSuite(suite, finding, POLICY).reason),
  ...(["FAILED", "UNDECIDED", "PASSED"] as const).flatMap(
    (status) => verdictOf(new Map(SUITES.map((suite) => [suite, { status }]))).sentences,
  ),
  ...verdictOf(new Map()).sentences,
];

function Said({ sentence }: { sentence: Sentence }) {
  return useSentence()(sentence);
}

describe.each(LOCALES)("reasons in %s", (locale) => {
  it("have words for everything the server can say, with every value put in", () => {
    const texts = REASONS.map((sentence) => [sentence.code, textOf(<Said sentence={sentence} />, locale)] as const);
    const raw = texts.filter(([code, text]) => text === code || /[{}]|NaN|undefined/.test(text) || text.length < 5);
    expect(raw).toEqual([]);
  });

  it("name suites as people do", () => {
    for (const suite of SUITES) {
      const text = textOf(<Said sentence={{ area: "gate", code: "SUITE_REFUSES", values: { suite } }} />, locale);
      expect(text).toContain(MESSAGES_OF[locale].suite[suite]);
    }
  });
});

const MESSAGES_OF = { en: english, zh: chinese };

it("every reason that has words can be said by the server", () => {
  // Those of approving are the server's too, by server/domain/gate/may-go-live.ts and report.ts.
  const obstacles = [
    ...["NOT_MEASURED", "STILL_MEASURED", "WAS_REFUSED", "COULD_NOT_BE_MEASURED", "STALE", "REFUSED_BY_ADMIN"],
    ...["WAITS_FOR_APPROVAL", "TRIED_BEFORE", "TOO_FEW_APPROVALS", "TASTE_FIRST", "NOT_THE_NEWEST"],
  ];
  const codes = new Set([...REASONS.map(({ code }) => code), ...obstacles]);
  expect(Object.keys(english.sentences).filter((code) => !codes.has(code))).toEqual([]);
});

it("figures are written as people read them", () => {
  const [wins] = judgeSuite("heldOutPairs", FINDINGS[0]![1], POLICY).reason;
  expect(textOf(<Said sentence={wins!} />)).toBe(
    "It wins 70% [60%, 80%] of 120 comparisons, surely more than the 50% asked for.",
  );
});

const verdict = (change: Partial<GateReport>, locale: "en" | "zh" = "en") =>
  textOf(<VerdictText gate={gateReport(change)} />, locale);

describe("the verdict", () => {
  it("differs for every state, in both languages", () => {
    const STATES = ["QUEUED", "RUNNING", "PASSED", "UNDECIDED", "REFUSED", "FAILED", "CANCELLED"] as const;
    for (const locale of LOCALES) {
      const texts = STATES.map((status) => verdict({ status, suites: [] }, locale));
      expect(new Set(texts).size).toBe(STATES.length);
      for (const text of texts) expect(text).toContain("3f9a2c");
    }
  });

  it("names the suites that refused and tells the first two reasons, then the others", () => {
    const lost = judgeSuite("knowledge", { kind: "checks", asked: 60, livePassed: 50, lost: 9 }, POLICY);
    const suites = [
      suiteView("knowledge", lost),
      suiteView("safety", { status: "MISSING", reason: [{ area: "gate", code: "NO_CHECKS", values: {} }] }),
      suiteView("speed"),
    ];
    const text = verdict({ status: "REFUSED", suites });
    expect(text).toContain("3f9a2c was refused. It did not pass: Knowledge and Safety.");
    expect(text).toContain(
      "Knowledge: Of 60 prompts it fails 9 that the live one passes (15%); at most 5% is allowed.",
    );
    expect(text).not.toContain("Speed");
  });

  it("tells why it could not be measured", () => {
    expect(verdict({ status: "FAILED", suites: [], error: "The file is gone." })).toContain("The file is gone.");
  });
});

it("what comes next has words for every case", () => {
  const cases: [NextAct, Partial<GateReport>][] = [
    ["wait", { status: "RUNNING" }],
    ["measureAgain", { status: "FAILED" }],
    ["stale", { stale: true }],
    ["nothing", { status: "REFUSED" }],
    ["decide", { approvalsNeeded: 3 }],
    ["approveByActivating", {}],
    ["activate", { approvalsNeeded: 0 }],
    ["live", { deployment: { id: "d", number: 7, active: true } }],
    ["wasLive", { deployment: { id: "d", number: 7, active: false } }],
    ["superseded", { obstacles: [{ area: "gate", code: "NOT_THE_NEWEST", values: {} }] }],
    ["refusedByAdmin", { decisions: [{ by: OTHER, approved: false, note: "", at: new Date() }] }],
    ["taste", { obstacles: [{ area: "gate", code: "TASTE_FIRST", values: { tasted: 1, needed: 5 } }] }],
  ];
  for (const locale of LOCALES) {
    const texts = cases.map(([act, change]) => {
      const gate = gateReport(change);
      expect(nextAct(gate, VIEWER.id)).toBe(act);
      return textOf(<NextText gate={gate} act={act} />, locale);
    });
    expect(new Set(texts).size).toBe(cases.length);
  }
  expect(textOf(<NextText gate={gateReport({ approvalsNeeded: 3 })} act="decide" />)).toContain("3 more admins");
});

describe("the table of suites", () => {
  it("has a row per suite with figure, interval, threshold and verdict in words", () => {
    const text = textOf(<Suites gate={gateReport()} />);
    for (const suite of SUITES) expect(text).toContain(english.suite[suite]);
    expect(text).toContain("58% [54, 62]");
    expect(text).toContain("at least 50%");
    expect(text).toContain("Bars are 95 % intervals");
  });

  it("tells what does not apply and what is missing apart", () => {
    const suites = [
      suiteView("judge", { status: "NOT_APPLICABLE", value: null }),
      suiteView("safety", { status: "MISSING", value: null }),
    ];
    expect(textOf(<Suites gate={gateReport({ suites })} />)).toMatch(/Judge.*Does not apply.*Safety.*Missing/);
    expect(textOf(<Suites gate={gateReport({ suites })} />, "zh")).toMatch(/评判模型.*不适用.*安全.*缺失/);
  });

  it("shows, while it is measured, what is done, what is under way and what is to come", () => {
    const progress = { suite: "rewardModel" as const, done: 0.2, secondsLeft: 40 };
    const text = textOf(
      <Suites gate={gateReport({ status: "RUNNING", progress, suites: [suiteView("heldOutPairs")] })} />,
    );
    // Each stands there twice: for a phone, and for a wide page.
    expect(text.match(/To come/g)).toHaveLength(2 * (SUITES.length - 2));
    expect(text.match(/Measuring/g)).toHaveLength(2);
    expect(textOf(<Suites gate={gateReport({ status: "CANCELLED", suites: [] })} />)).toBe("");
  });
});

it("progress says how long, also before it has begun", () => {
  const at = (gate: Partial<GateReport>, locale: "en" | "zh" = "en") =>
    textOf(<GateProgress gate={{ ...gateReport(), ...gate }} />, locale);
  expect(at({ status: "QUEUED", progress: { suite: null, done: 0, secondsLeft: 70 } })).toContain(
    "Takes about 1 min 10 sec.",
  );
  expect(at({ status: "QUEUED", progress: null })).toBe("Waiting until the trainer is free.");
  const running = { status: "RUNNING", progress: { suite: "speed", done: 0.5, secondsLeft: 30 } } as const;
  expect(at(running)).toBe("Measuring: Speed. 50% · 30 sec left");
  expect(at(running, "zh")).toContain("正在测量：速度。");
  expect(at({ status: "RUNNING", progress: null })).toBe("Getting ready.");
});

it("badges say that a verdict is outdated in a word", () => {
  expect(textOf(<GateStatusBadge status="PASSED" stale />)).toBe("Passed Outdated");
  expect(textOf(<GateStatusBadge status="UNDECIDED" />, "zh")).toBe("未定");
});

it("decisions name who decided what, and how blind comparisons came out", () => {
  const decisions = [
    { by: OTHER, approved: false, note: "Forgot the capitals.", at: new Date("2026-11-20T09:30:00Z") },
  ];
  const text = textOf(<Decisions gate={gateReport({ decisions, tastes: { candidate: 6, live: 3, neither: 1 } })} />);
  expect(text).toMatch(/Bo refused.*30 minutes ago.*Forgot the capitals\./);
  expect(text).toContain("Candidate preferred 6, live 3, neither 1.");
});

it("particulars tell when, how long, and under which policy", () => {
  const text = textOf(<Particulars gate={gateReport({ liveAdapterSha256: null })} />);
  expect(text).toContain("base model");
  expect(text).toContain("in 1 min 5 sec");
  expect(text).toMatch(/Distance from what is live, at most 40 nats/);
});
