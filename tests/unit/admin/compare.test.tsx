// Two adapters beside each other: shares in percent, differences in points, curves under the names that a run's page gives them.
import { describe, expect, test } from "vitest";
import { useSentence } from "../../../app/_lib/sentence.ts";
import { isDrawn, namedCurve } from "../../../app/admin/_lib/chart-plans.ts";
import { Metrics } from "../../../app/admin/adapters/compare/tables.tsx";
import { words } from "../../helpers/page-words.tsx";

const names = { a: "one", b: "other" };

describe("figures", () => {
  const metrics = [
    { name: "heldout/accuracy", a: 0.758, b: 0.5 },
    { name: "heldout/loss", a: 1.25, b: null },
    { name: "heldout/accuracy_live", a: 0.5, b: 0.5 },
  ];

  test("are shares in percent and differences in points", () => {
    expect(words(<Metrics metrics={metrics} names={names} />)).toMatch(/Accuracy 75\.8% 50% \+25\.8 points/);
  });

  test("are left open where one has none, and kept apart where the pages have no words", () => {
    const said = words(<Metrics metrics={metrics} names={names} />);
    expect(said).toMatch(/Loss 1\.25 – –/);
    expect(said).toMatch(/Everything else that was measured .*heldout\/accuracy_live/);
    expect(words(<Metrics metrics={metrics} names={names} />, "zh")).toContain("+25.8 个百分点");
  });
});

test("a curve has the name and unit of the chart that a run's page draws it in", () => {
  expect(namedCurve("rewards/margins")).toMatchObject({ plan: { title: "margin" }, line: { label: "margin" } });
  expect(namedCurve("rewards/chosen")!.place).toBeGreaterThan(namedCurve("loss")!.place);
  expect(namedCurve("no/such/metric")).toBeNull();
  expect(isDrawn("tokens")).toBe(false);
});

function Said({ error }: { error: string }) {
  return useSentence()({ area: "gate", code: "COULD_NOT_MEASURE", values: { error } });
}

test("an error within a sentence is written in the reader's language where its code is known", () => {
  expect(words(<Said error="ENDPOINT_FAILED" />, "zh")).toMatch(/^没能测量：[^A-Z]+$/);
  expect(words(<Said error="The judge is silent." />)).toBe("It could not be measured: The judge is silent.");
});
