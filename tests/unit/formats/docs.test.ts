// `docs/formats.md` shows lines that can be read as they stand, one of every format, and the kinds that each format carries.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readExamples } from "../../../server/domain/formats/index.ts";
import type { DataKind } from "../../../server/domain/run-config.ts";
import { DATA_FORMATS, type DataFormat, FORMAT_KINDS } from "../../../server/domain/views.ts";

const text = readFileSync("docs/formats.md", "utf8");

test("every line it shows is read", () => {
  const shown = [...text.matchAll(/^```json (\S+) (\S+)\n(.*)\n```$/gm)];
  expect(new Set(shown.map(([, format]) => format))).toEqual(new Set(DATA_FORMATS));
  for (const [, format, kind, line] of shown)
    expect(readExamples(format as DataFormat, kind as DataKind, JSON.parse(line!))).toHaveLength(1);
});

test.each(DATA_FORMATS)("%s is listed with the kinds it carries", (format) => {
  const kinds = new RegExp(`^\\| \`${format}\` \\| ([^|]*) \\|`, "m").exec(text)?.[1];
  const carried = FORMAT_KINDS[format];
  expect(kinds).toBe(carried.length === 6 ? "all" : carried.map((kind) => kind.toLowerCase()).join(", "));
});
