/** Every registered reward on the replies that such checks get wrong. */

import { describe, expect, it } from "vitest";
import { rewardSchema } from "../../../server/domain/run-config/rewards.ts";
import { checkOf } from "../../../trainer/rewards/checks.ts";
import { lastNumber } from "../../../trainer/rewards/numerals.ts";

const reward = (input: object) => {
  const check = checkOf(rewardSchema.parse(input) as Parameters<typeof checkOf>[0]);
  return (text: string, answer: string | null = null, tokens = text.length) => check({ text, answer, tokens });
};

describe("numbers", () => {
  it.each([
    ["", null],
    ["no number here", null],
    ["The answer is 42.", 42],
    ["3 + 4 = 7", 7],
    ["first 5, then 12!", 12],
    ["1, 2, 3", 3],
    ["1,234,567 people", 1_234_567],
    ["1,2345", 2345],
    ["-0", -0],
    ["= -3", -3],
    ["The answer is -5.", -5],
    ["答案是-5。", -5],
    ["10-3", 3],
    ["x-3", 3],
    ["10 - 3", 3],
    ["x = −2.50", -2.5],
    ["1.5e3", 1500],
    ["答案是１２３。", 123],
    ["５－２＝３", 3],
    ["二十三", 23],
    ["十五", 15],
    ["一百零五", 105],
    ["两千零二十六", 2026],
    ["二〇二六年", 2026],
    ["三万五千", 35_000],
    ["一亿二千万", 120_000_000],
    ["三点一四", 3.14],
    ["负七", -7],
    ["等于15，我们一起加油", 15],
    ["v2.5.1", 1],
  ])("%j ends in %j", (text, value) => {
    expect(lastNumber(text)).toBe(value);
  });

  it("compares with the answer, within the tolerance", () => {
    const equal = reward({ kind: "number" });
    expect([equal("It is 7.", "7"), equal("It is 7.", "7.0"), equal("7 apples, or 8", "7"), equal("", "0")]).toEqual([
      1, 1, 0, 0,
    ]);
    expect(equal("-0", "0")).toBe(1);
    expect(equal("nothing", null)).toBe(0);
    const near = reward({ kind: "number", tolerance: 0.01 });
    expect([near("3.14", "3.1415"), near("3.1", "3.1415")]).toEqual([1, 0]);
  });

  it("looks only at what the pattern's group finds", () => {
    const boxed = reward({ kind: "number", extract: "<answer>(.*?)</answer>" });
    expect(boxed("9 <answer>7</answer> 8", "7")).toBe(1);
    expect(boxed("7", "7")).toBe(0);
  });
});

describe("exact answers", () => {
  it("overlooks space, case and width, and nothing else", () => {
    const same = reward({ kind: "exact" });
    expect(same("  Paris ", "paris")).toBe(1);
    expect(same("ＰＡＲＩＳ", "Paris")).toBe(1);
    expect(same("New\n York", "new york")).toBe(1);
    expect(same("Paris.", "Paris")).toBe(0);
    expect(same("", "Paris")).toBe(0);
    expect(same("", null)).toBe(0);
  });

  it("takes the group, or the whole match without one", () => {
    expect(reward({ kind: "exact", extract: "= (\\d+)" })("3 + 4 = 7", "7")).toBe(1);
    expect(reward({ kind: "exact", extract: "\\d+$" })("3 + 4 = 7", "7")).toBe(1);
  });
});

describe("patterns", () => {
  it("matches anywhere, over lines, and by code point", () => {
    const polite = reward({ kind: "regex", pattern: "please.*thanks" });
    expect([polite("Oh please,\nmany thanks"), polite("thanks, please"), polite("")]).toEqual([1, 0, 0]);
    expect(reward({ kind: "regex", pattern: "^.$" })("😀")).toBe(1);
    expect(reward({ kind: "regex", pattern: "(a)|b" })("b")).toBe(1);
    expect(reward({ kind: "regex", pattern: "^$" })("")).toBe(1);
    expect([
      reward({ kind: "regex", pattern: "(x)\\1" })("xx"),
      reward({ kind: "regex", pattern: "(x)\\1" })("x"),
    ]).toEqual([1, 0]);
  });

  it("ends an exponential expression with a sentence instead of hanging", () => {
    const hanging = reward({ kind: "regex", pattern: "^(a+)+$" });
    expect(hanging("aaa")).toBe(1);
    expect(() => hanging(`${"a".repeat(50)}!`)).toThrow(/took more than 1 s on a reply of 51 characters/);
    expect(hanging("aaa")).toBe(1);
  });

  it("refuses what is no expression", () => {
    expect(() => reward({ kind: "regex", pattern: "(" })).toThrow(/not a regular expression/);
    expect(() => reward({ kind: "exact", extract: "[" })).toThrow(/not a regular expression/);
  });
});

describe("JSON", () => {
  const schema = {
    type: "object",
    properties: { name: { type: "string", minLength: 1 }, age: { type: "integer", minimum: 0 } },
    required: ["name"],
    additionalProperties: false,
  };
  it.each([
    ['{"name": "Ada", "age": 36}', 1],
    [' {"name": "Ada"}\n', 1],
    ['{"name": "Ada"} I hope this helps!', 0],
    ['```json\n{"name": "Ada"}\n```', 0],
    ['{"name": ""}', 0],
    ['{"age": 36}', 0],
    ['{"name": "Ada", "age": 1.5}', 0],
    ['{"name": "Ada", "more": 1}', 0],
    ['["Ada"]', 0],
    ["", 0],
  ])("%j gives %d", (text, expected) => {
    expect(reward({ kind: "jsonSchema", schema })(text)).toBe(expected);
  });

  it.each([
    [{ enum: ["a", 2] }, "2", 1],
    [{ const: { a: [1], b: 2 } }, '{"b": 2, "a": [1]}', 1],
    [{ const: { a: 1 } }, '{"a": 1, "b": 2}', 0],
    [{ type: ["string", "null"] }, "null", 1],
    [{ properties: { a: { type: "integer" } } }, '{"a": "x"}', 0],
    [{ properties: { a: { type: "integer" } } }, '"no object"', 1],
    [{ items: { type: "number", exclusiveMaximum: 3 }, minItems: 1 }, "[1, 2]", 1],
    [{ items: { type: "number", exclusiveMaximum: 3 } }, "[1, 3]", 0],
    [{ uniqueItems: true }, "[[1], [1]]", 0],
    [{ anyOf: [{ type: "string" }, { type: "boolean" }] }, "1", 0],
    [{ oneOf: [{ type: "number" }, { type: "integer" }] }, "1", 0],
    [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, "1.5", 1],
    [{ not: { type: "string" } }, '"a"', 0],
    [{ additionalProperties: { type: "string" } }, '{"__proto__": 1}', 0],
    [{ maxLength: 1 }, '"😀"', 1],
    [{ title: "Anything" }, "[]", 1],
  ])("%j judges %s: %d", (schema, text, expected) => {
    expect(reward({ kind: "jsonSchema", schema })(text)).toBe(expected);
  });

  it("refuses keywords it would have to ignore", () => {
    expect(() => reward({ kind: "jsonSchema", schema: { pattern: "(a+)+" } })).toThrow(/keyword "pattern"/);
    expect(() => reward({ kind: "jsonSchema", schema: { items: { $ref: "#" } } })).toThrow(/keyword "\$ref"/);
    expect(() => reward({ kind: "jsonSchema", schema: { type: "text" } })).toThrow(/type "text"/);
    expect(() => reward({ kind: "jsonSchema", schema: { toString: 1 } })).toThrow(/keyword "toString"/);
  });
});

describe("length and language", () => {
  it("falls from 1 within the bounds to 0 at half and twice", () => {
    const between = reward({ kind: "length", min: 10, max: 20 });
    const at = (tokens: number) => between("", null, tokens);
    expect([at(0), at(5), at(7.5), at(10), at(20), at(30), at(40), at(99)]).toEqual([0, 0, 0.5, 1, 1, 0.5, 0, 0]);
    expect(reward({ kind: "length", min: 0, max: 8 })("", null, 0)).toBe(1);
  });

  it("is the share of letters in the script; digits, marks and pictures are no letters", () => {
    const [zh, en] = [reward({ kind: "language", language: "zh" }), reward({ kind: "language", language: "en" })];
    expect(zh("你好，world")).toBeCloseTo(2 / 7, 12);
    expect(en("Café, 7 × 8 😀")).toBe(1);
    expect([zh(""), en("123 !"), en("привет")]).toEqual([0, 0, 0]);
  });
});
