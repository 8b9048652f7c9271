// What the deployments page says of an arm that no canary moves: beside what it is watched, how strong the evidence is, and that it is over.
import { expect, test } from "vitest";
import { ArmWatch } from "../../../app/admin/deployments/arm-watch.tsx";
import type { ArmWatchView, CanaryTest } from "../../../server/domain/views/deployment.ts";
import { words } from "../../helpers/page-words.tsx";

const tests = (["thumbs", "regenerate", "errors"] as const).map(
  (metric, i): CanaryTest => ({
    ...{ metric, difference: null, evidenceWorse: 1 + 8 * i, evidenceBetter: 1, bar: 100 },
    observations: { arm: 40, control: 40 },
  }),
);
const watch: ArmWatchView = { controlNumber: 3, tests, endedAt: null };

test("an arm with a share, a new release and one that has held its own", () => {
  const arm = words(<ArmWatch arm={{ isDefault: false, watch }} />);
  expect(arm).toMatch(/^Watched beside r3\. .*worse · Errors · E 17 of 100$/);
  expect(words(<ArmWatch arm={{ isDefault: true, watch }} />)).toContain("Watched beside what was said of r3.");
  expect(words(<ArmWatch arm={{ isDefault: true, watch: { ...watch, endedAt: new Date() } }} />)).toContain(
    "held its own",
  );
  expect(words(<ArmWatch arm={{ isDefault: false, watch }} />, "zh")).toContain("正与 r3 对照监控。");
  expect(words(<ArmWatch arm={{ isDefault: true, watch: null }} />)).toBe("");
});

test("a watch that was over without a word says nothing", () => {
  const unheard = tests.map((test) => ({ ...test, observations: { arm: 0, control: 0 } }));
  const over = { ...watch, tests: unheard, endedAt: new Date() };
  expect(words(<ArmWatch arm={{ isDefault: true, watch: over }} />)).toBe("");
});

test("evidence that says nothing is no number", () => {
  const calm = { ...watch, tests: tests.slice(0, 1) };
  expect(words(<ArmWatch arm={{ isDefault: false, watch: calm }} />)).toBe(
    "Watched beside r3. Nothing says that it is worse.",
  );
});
