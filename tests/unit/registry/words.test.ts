// Every sentence the registry may say has words in both languages, and a card says as much in one as in the other.
import { expect, test } from "vitest";
import en from "../../../messages/en/registry.json" with { type: "json" };
import zh from "../../../messages/zh/registry.json" with { type: "json" };
import { CARD_WORDS } from "../../../server/domain/registry/card-words.ts";
import { IMPORT_REFUSALS, refusalOf } from "../../../server/domain/registry/refusal.ts";
import { RETENTION_REASONS } from "../../../server/domain/registry/retention.ts";
import { SUITES } from "../../../server/domain/views/gate.ts";

test.each([
  ["en", en],
  ["zh", zh],
])("refusals and reasons have words (%s)", (_, words) => {
  const codes = Object.keys(words.sentences);
  const said = [
    ...IMPORT_REFUSALS.map((code) => `IMPORT_${code}`),
    ...RETENTION_REASONS.map((reason) => `RETENTION_${reason}`),
    "MERGE_FAILED",
  ];
  // And none for what is never said.
  expect(codes.sort()).toEqual(said.sort());
});

test("whatever a reader of files says is a refusal with words", () => {
  expect(refusalOf({ code: "NOT_FINITE", message: "m" }).sentence.code).toBe("IMPORT_NOT_FINITE");
  expect(refusalOf({ code: "SOMETHING_NEW", message: "m" }).sentence).toEqual({
    ...{ area: "registry", code: "IMPORT_BAD_FILE", values: { detail: "m" } },
  });
});

test("cards name every suite, in words of their own language", () => {
  for (const { suite, limits } of Object.values(CARD_WORDS)) {
    expect(Object.keys(suite)).toEqual([...SUITES]);
    expect(limits).toHaveLength(CARD_WORDS.en.limits.length);
  }
  expect(JSON.stringify(CARD_WORDS.en)).not.toMatch(/\p{Script=Han}/u);
  for (const text of [...CARD_WORDS.zh.limits, ...Object.values(CARD_WORDS.zh.suite)])
    expect(text).toMatch(/\p{Script=Han}/u);
});
