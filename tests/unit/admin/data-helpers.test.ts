// What the data pages work out by themselves: numbers of settings, tags, stages of a path, lines of formats.
import { describe, expect, test } from "vitest";
import { FORMAT_LINES } from "../../../app/admin/_lib/format-lines.ts";
import { isFault, type NumberField, readNumber, written } from "../../../app/admin/_lib/number-settings.ts";
import { moved, newKey, type Reason, reasonFault } from "../../../app/admin/_lib/reason-list.ts";
import { datasetsOf, ratersOf, releasesOf } from "../../../app/admin/lineage/stages.ts";
import { FORMATS } from "../../../server/domain/formats/index.ts";
import type { DataKind } from "../../../server/domain/run-config.ts";
import { DATA_FORMATS, FORMAT_KINDS, type LineageAdapter, type LineageDataset } from "../../../server/domain/views.ts";

describe("numbers of settings", () => {
  const share: NumberField<"x"> = { key: "x", kind: "share", least: 0, most: 1 };
  const count: NumberField<"x"> = { key: "x", kind: "count", least: 2, most: 4 };

  test("a share is written as a percentage and comes back the same, to the last digit", () => {
    for (const value of [0, 0.005, 0.01, 0.07, 0.1, 0.29, 0.57, 1]) {
      expect(readNumber(share, written(share, value))).toBe(value);
    }
    expect(written(share, 0.07)).toBe("7");
  });

  test("what is no number, not whole or out of bounds is a fault that names the bounds as they are written", () => {
    expect(readNumber(share, " ")).toEqual({ kind: "notANumber" });
    expect(readNumber(share, "ten")).toEqual({ kind: "notANumber" });
    expect(readNumber(share, "101")).toEqual({ kind: "outside", least: 0, most: 100 });
    expect(readNumber(count, "2.5")).toEqual({ kind: "notWhole" });
    expect(readNumber(count, "5")).toEqual({ kind: "outside", least: 2, most: 4 });
    expect(isFault(readNumber(count, "3"))).toBe(false);
  });
});

describe("tags", () => {
  const tag = (key: string, en: string, sign: Reason["sign"] = -1): Reason => ({ key, sign, label: { en, zh: en } });

  test("move one place and stop at the ends", () => {
    expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], 1, 1)).toEqual(["a", "b"]);
  });

  test("get a key that no other has", () => {
    expect(newKey([tag("tag-2", "Long"), tag("tag-3", "Wrong")])).toBe("tag-4");
    expect(newKey([tag("tag-2", "Long")])).toBe("tag-3");
  });

  test("need words in both languages, and words of their own for the same thumb", () => {
    const long = tag("a", "Too long");
    expect(reasonFault({ ...long, label: { en: "Too long", zh: " " } }, [long])).toBe("empty");
    expect(reasonFault(long, [long, tag("b", "Too long ")])).toBe("twice");
    expect(reasonFault(long, [long, tag("b", "Too long", 1)])).toBeNull();
  });
});

describe("stages of a path", () => {
  const dataset = (id: string): LineageDataset => ({
    id,
    sha256: id,
    name: null,
    examples: 1,
    erased: 0,
    role: "DATA",
  });
  const adapter = (id: string, releases: LineageAdapter["releases"]): LineageAdapter => ({
    ...{ id, sha256: id, runId: null, method: null, createdAt: new Date(0), flags: 0 },
    releases,
  });
  const link = (id: string, ...datasets: LineageDataset[]) => ({
    adapter: adapter(id, []),
    datasets,
    rewardAdapterId: null,
  });

  test("a Dataset that two adapters share is one stop", () => {
    const chain = [link("new", dataset("x"), dataset("y")), link("old", dataset("x"))];
    expect(datasetsOf({ chain }).map(({ id }) => id)).toEqual(["x", "y"]);
  });

  test("releases of all adapters stand in order, and the live one is known", () => {
    const [from, to] = [new Date(0), new Date(1)];
    const adapters = [adapter("b", [{ number: 3, from, to: null }]), adapter("a", [{ number: 2, from, to }])];
    expect(releasesOf(adapters)).toEqual([
      { number: 2, live: false },
      { number: 3, live: true },
    ]);
  });

  test("somebody who judged twice is one person", () => {
    const rater = { id: "ann", name: "Ann", email: "ann@example.com" };
    const judgement = { kind: "FEEDBACK" as const, rater, at: new Date(0), withdrawn: false, text: "" };
    const judgements = ["a", "b"].map((subjectId) => ({ ...judgement, subjectId }));
    expect(ratersOf({ judgements })).toEqual([rater]);
  });
});

describe("lines shown beside the import", () => {
  const shown = DATA_FORMATS.flatMap((format) =>
    FORMAT_KINDS[format].map((kind) => ({ format, kind: kind as DataKind })),
  );

  test.each(shown)("$format takes its line of $kind", ({ format, kind }) => {
    const line = FORMAT_LINES[format][kind];
    expect(line).toBeDefined();
    expect(FORMATS[format].read[kind]?.(JSON.parse(line!)).length).toBeGreaterThan(0);
  });
});
