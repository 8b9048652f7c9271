/** `docs/methods.md` says what the code does: every method, its words, its defaults, and data lines that can be read. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import messages from "../../../messages/en/training.json" with { type: "json" };
import { parseLine } from "../../../server/domain/dataset-lines.ts";
import {
  type DataKind,
  METHOD_TRAITS,
  METHODS,
  REWARD_KINDS,
  RUN_CONFIG_SCHEMAS,
  TUNINGS,
} from "../../../server/domain/run-config.ts";
import { parseConfig } from "../../../trainer/cli/config-values.ts";
import { wordOf } from "../../../trainer/cli/methods.ts";

const text = readFileSync("docs/methods.md", "utf8");
/** Cells of the table row that begins with this word. */
const row = (word: string) => {
  const line = text.split("\n").find((each) => each.startsWith(`| \`${word}\` |`));
  if (!line) throw new Error(`docs/methods.md has no row for ${word}`);
  return line.split("|").map((cell) => cell.trim());
};
/** The `key=value` words of a passage. */
const settings = (passage: string) => [...passage.matchAll(/`(\w+=[^`=]+)`/g)].map(([, setting]) => setting!);

describe.each(METHODS)("%s in docs/methods.md", (method) => {
  const defaults: Record<string, unknown> = RUN_CONFIG_SCHEMAS[method].parse({});
  const given = (setting: string) => Object.entries(parseConfig(method, [setting]))[0]!;

  it("has the page's name and the defaults of its schema", () => {
    const [, , name, , , shown] = row(wordOf(method));
    expect(name).toBe(messages.method[method]);
    expect(settings(shown!).length).toBeGreaterThan(0);
    for (const setting of settings(shown!)) {
      const [key, value] = given(setting);
      expect([key, value]).toEqual([key, defaults[key]]);
    }
  });

  it("shares the common defaults", () => {
    const common = settings(/Common to all: [\s\S]*?cosine/.exec(text)![0]);
    expect(common.length).toBeGreaterThan(6);
    for (const setting of common) {
      const [key, value] = given(setting);
      expect([key, value]).toEqual([key, defaults[key]]);
    }
  });

  it("is listed for the data it takes", () => {
    const kinds = /^\| (dialogues|pairs|rankings|thumbs|prompts|texts) \| ([^|]*) \|/gm;
    const listed = [...text.matchAll(kinds)]
      .filter(([, , methods]) => methods!.includes(`\`${wordOf(method)}\``))
      .map(([, kind]) => kind!.toUpperCase());
    expect(listed.sort()).toEqual([...METHOD_TRAITS[method].data].sort());
  });
});

it("shows data lines that are read as they stand", () => {
  let kind: DataKind | undefined;
  let read = 0;
  for (const [, name, cell] of text.matchAll(/^\| (\w*) ?\| [^|]*\| (`\{[^|]*)\|$/gm)) {
    if (name) kind = name.toUpperCase() as DataKind;
    const line = /`(\{.*?\})`(;|,| )/.exec(`${cell} `)![1]!;
    expect(() => parseLine[kind!](JSON.parse(line))).not.toThrow();
    read++;
  }
  expect(read).toBe(7);
});

it("names every reward and every kind of tuning", () => {
  for (const kind of REWARD_KINDS) expect(row(kind)).toHaveLength(5);
  for (const tuning of TUNINGS) expect(row(tuning)).toHaveLength(7);
});
