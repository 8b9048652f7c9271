// Both languages say the same things: same keys, same placeholders and tags, nothing missing and nothing left over.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { AUDIT_ACTIONS } from "../../../server/domain/views/audit.ts";
import { ERROR_STATUS } from "../../../server/errors.ts";
import { AREAS } from "../../../server/locale.ts";

const root = path.join(import.meta.dirname, "../../..");
type Messages = { [key: string]: string | Messages };

function load(locale: string, area: string): Map<string, string> {
  const flat = new Map<string, string>();
  const walk = (messages: Messages, prefix: string) => {
    for (const [key, value] of Object.entries(messages)) {
      if (typeof value === "string") flat.set(prefix + key, value);
      else walk(value, `${prefix}${key}.`);
    }
  };
  walk(JSON.parse(readFileSync(path.join(root, "messages", locale, `${area}.json`), "utf8")), "");
  return flat;
}

/** Names in {braces} (of plurals the variable, not the wording) and <tags>. */
function placeholders(message: string): string[] {
  const names = [...message.matchAll(/\{\s*(\w+)\s*[,}]/g), ...message.matchAll(/<(\w+)>/g)].map(([, name]) => name!);
  return [...new Set(names)].sort();
}

/** All TypeScript of the pages as one text. */
const source = (readdirSync(path.join(root, "app"), { recursive: true }) as string[])
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => readFileSync(path.join(root, "app", file), "utf8"))
  .join("\n");

it("has one file per area and language", () => {
  for (const locale of ["en", "zh"]) {
    expect(readdirSync(path.join(root, "messages", locale)).sort()).toEqual(AREAS.map((area) => `${area}.json`).sort());
  }
});

describe.each(AREAS)("messages of %s", (area) => {
  const english = load("en", area);
  const chinese = load("zh", area);

  it("have the same keys in both languages", () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("have the same placeholders and tags in both languages", () => {
    for (const [key, message] of english)
      expect([key, placeholders(chinese.get(key)!)]).toEqual([key, placeholders(message)]);
  });

  it("are written in Chinese where they should be", () => {
    // Names, figures and codes may be the same; a sentence that is the same was not translated.
    const same = [...english].filter(([key, message]) => message.split(" ").length > 2 && chinese.get(key) === message);
    expect(same).toEqual([]);
  });

  it("are all used", () => {
    // A key is used when its last part stands in the source as a word in quotes or as the end of a template. Keys that are
    // built from data (`error.${code}`) count as used when what comes before the hole is.
    const unused = [...english.keys()].filter((key) => {
      const parts = key.split(".");
      const last = parts.at(-1)!;
      if (new RegExp(`["'\`.]${last}["'\`]`).test(source)) return false;
      const before = parts.at(-2);
      if (key.startsWith("audit.action.")) return false; // the page takes the deed from the row
      return !(area === "errors" || (before && source.includes(`${before}.\${`)) || usedByHole(area, parts));
    });
    expect(unused).toEqual([]);
  });
});

/** `useTranslations("chat.shortcuts")` with `t(name)`: the whole group is read by data. */
function usedByHole(area: string, parts: string[]): boolean {
  const group = [area, ...parts.slice(0, -1)].join(".");
  return source.includes(`"${group}"`) || source.includes(`\`${group}.\${`);
}

it("has words for every deed in the audit log", () => {
  const deeds = [...load("en", "admin").keys()].filter((key) => key.startsWith("audit.action."));
  expect(deeds.sort()).toEqual(AUDIT_ACTIONS.map((action) => `audit.action.${action}`).sort());
});

it("has words for every error code", () => {
  const english = load("en", "errors");
  expect([...english.keys()].sort()).toEqual([...Object.keys(ERROR_STATUS), "OFFLINE"].sort());
});
