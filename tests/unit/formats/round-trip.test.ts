// What is written in a format and read again is what it was, in all that the format has a place for; the rest is said to be lost.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LineContents } from "../../../server/domain/dataset-lines.ts";
import { type Example, FIELDS, type Field, fieldsOf, NotCarried } from "../../../server/domain/formats/format.ts";
import { FORMATS, readExamples, writeExample } from "../../../server/domain/formats/index.ts";
import { DATA_KINDS, type DataKind } from "../../../server/domain/run-config.ts";
import { DATA_FORMATS, FORMAT_KINDS } from "../../../server/domain/views.ts";
import { ARBITRARY } from "../../helpers/examples.ts";

const RUNS = 300;
const cases = DATA_FORMATS.flatMap((format) => FORMAT_KINDS[format].map((kind) => [format, kind] as const));

const arbitraryExample = (kind: DataKind): fc.Arbitrary<Example> =>
  fc.record(
    {
      content: ARBITRARY[kind] as fc.Arbitrary<LineContents[DataKind]>,
      split: fc.constantFrom("TRAIN" as const, "HELDOUT" as const),
      ...(kind === "PAIRS" && { source: fc.constantFrom("EDIT" as const, "AI" as const) }),
    },
    { requiredKeys: ["content"] },
  );

/** The example without what the fields say. */
function without(example: Example, lost: readonly Field[]): Example {
  const copy = structuredClone(example) as Example & { content: Record<string, unknown> };
  const { content } = copy;
  const gone = (field: Field) => lost.includes(field);
  if (gone("tokenIds")) blank(content);
  if (gone("weight")) content.weight = 1;
  if (gone("epsilon")) delete content.epsilon;
  if (gone("margin")) delete content.margin;
  if (gone("answer")) content.answer = null;
  if (gone("split")) delete copy.split;
  if (gone("source")) delete copy.source;
  return copy;
}

function blank(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if ("tokenIds" in value) value.tokenIds = null;
  for (const field of Object.values(value)) blank(field);
}

describe.each(cases)("%s, %s", (format, kind) => {
  test("reads what it wrote, but for the fields it says are lost", () => {
    let carried = 0;
    fc.assert(
      fc.property(arbitraryExample(kind), (example) => {
        let written: ReturnType<typeof writeExample>;
        try {
          written = writeExample(format, kind, example);
        } catch (error) {
          if (error instanceof NotCarried) return;
          throw error;
        }
        carried++;
        expect(written.line).not.toMatch(/[\r\n]/);
        expect(readExamples(format, kind, JSON.parse(written.line))).toEqual([without(example, written.lost)]);
      }),
      { numRuns: RUNS },
    );
    // The formats that refuse some examples must not pass by refusing all.
    expect(carried).toBeGreaterThan(RUNS / 20);
  });

  test("is not in the way of its own readers", () => {
    expect(FORMATS[format].read[kind]).toBeTypeOf("function");
    expect(FORMATS[format].write[kind]).toBeTypeOf("function");
  });
});

test("only Hone's own format loses nothing", () => {
  expect(DATA_FORMATS.filter((format) => FORMATS[format].carries.length === FIELDS.length)).toEqual(["hone"]);
  fc.assert(
    fc.property(
      fc.constantFrom(...DATA_KINDS).chain((kind) => fc.tuple(fc.constant(kind), arbitraryExample(kind))),
      ([kind, example]) => {
        expect(writeExample("hone", kind, example).lost).toEqual([]);
      },
    ),
  );
});

test("fields are told by what they say, not by whether they are there", () => {
  const reply = { content: "Yes.", tokenIds: null };
  const prompt = [{ role: "user" as const, content: "Hi", tokenIds: [1] }];
  expect(fieldsOf({ content: { prompt: [], completion: reply, liked: true, weight: 1 } })).toEqual([]);
  expect(fieldsOf({ content: { prompt, completion: reply, liked: true, weight: 2 } })).toEqual(["tokenIds", "weight"]);
});

test("a kind that a format has no layout for is refused, both ways", () => {
  const example = { content: { text: "Once." } };
  expect(() => writeExample("hh", "TEXTS", example)).toThrow(/texts: only pairs, dialogues/);
  expect(() => readExamples("hh", "TEXTS", example)).toThrow(/hh has no layout for texts/);
});
