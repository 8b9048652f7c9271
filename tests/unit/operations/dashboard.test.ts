// The dashboard and the alerts ask for metrics that Hone has, under the names and labels it writes.
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { observeCall, observeReply, writeMetrics } from "../../../server/metrics.ts";
import { read } from "../../helpers/sources.ts";

interface Panel {
  id: number;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource: { uid: string };
  targets: { refId: string; expr: string }[];
}

const { panels } = JSON.parse(read("docker/grafana/dashboards/hone.json")) as { panels: Panel[] };
const alerts = parse(read("docker/prometheus/alerts.yaml")).groups.flatMap(
  (group: { rules: object[] }) => group.rules,
) as {
  alert: string;
  expr: string;
  annotations: Record<string, string>;
}[];

/** Names of metrics in an expression: those of ours and of the process, and Prometheus' own `up`. */
const namesIn = (expr: string) => expr.match(/\b(?:hone|process|nodejs)_\w+|\bup\b/g) ?? [];
const labelsIn = (expr: string) =>
  [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(",").map((label) => label.trim()));

async function known(): Promise<{ names: Set<string>; labels: Set<string> }> {
  observeCall("a.b", "query", "OK", 0.1);
  observeReply({ outcome: "COMPLETE", release: 1, tokens: 1, seconds: 1, firstTokenSeconds: 0.1 });
  const written = await writeMetrics();
  const gauges = read("server/domain/system/gauges.ts");
  const names = new Set(["up"]);
  for (const [, name] of written.matchAll(/^(\w+)(?:\{| )/gm)) names.add(name!);
  for (const [, name] of gauges.matchAll(/"(hone_\w+)"/g)) names.add(name!);
  const labels = new Set<string>();
  for (const [, inside] of written.matchAll(/\{([^}]*)\}/g))
    for (const [, label] of inside!.matchAll(/(\w+)="/g)) labels.add(label!);
  for (const [, label] of gauges.matchAll(/by\(\s*"(\w+)"/g)) labels.add(label!);
  for (const label of ["release", "adapter", "slot"]) labels.add(label);
  return { names, labels };
}

test("every metric and label that is asked for exists", async () => {
  const { names, labels } = await known();
  const asked = [...panels.flatMap(({ targets }) => targets), ...alerts].map(({ expr }) => expr);
  expect(asked.length).toBeGreaterThan(30);
  expect(asked.flatMap(namesIn).filter((name) => !names.has(name))).toEqual([]);
  expect(asked.flatMap(labelsIn).filter((label) => !labels.has(label))).toEqual([]);
  for (const expr of asked) expect(namesIn(expr), expr).not.toEqual([]);
});

describe("the dashboard", () => {
  test("panels have names of their own, read the data source that is set up, and do not lie on each other", () => {
    const { uid } = parse(read("docker/grafana/provisioning/datasources/prometheus.yaml")).datasources[0];
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    expect(new Set(panels.map(({ datasource }) => datasource.uid))).toEqual(new Set([uid]));
    const taken = new Set<string>();
    for (const { gridPos, title } of panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(x, title).toBeLessThan(24);
          expect(taken.has(`${x}:${y}`), title).toBe(false);
          taken.add(`${x}:${y}`);
        }
      }
    }
  });
});

test("every alert says what is wrong and what to do", () => {
  expect(alerts.map(({ alert }) => alert)).toContain("NoBackup");
  for (const { annotations } of alerts) {
    expect(annotations.summary).toMatch(/\.$/);
    expect(annotations.description).toMatch(/\w{3,}/);
  }
});
