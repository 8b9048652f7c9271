/** The help text says what the schemas say: every method, option, setting and default, and data lines that can be read. */

import { describe, expect, it } from "vitest";
import { parseLine } from "../../../server/domain/dataset-lines.ts";
import {
  DATA_KINDS,
  METHOD_TRAITS,
  METHODS,
  REWARD_KINDS,
  RUN_CONFIG_SCHEMAS,
  TUNINGS,
} from "../../../server/domain/run-config.ts";
import { OPTIONS } from "../../../trainer/cli/arguments.ts";
import { parseConfig } from "../../../trainer/cli/config-values.ts";
import { dataKindOf, EXAMPLE_LINES } from "../../../trainer/cli/data.ts";
import { help } from "../../../trainer/cli/help.ts";
import { wordOf } from "../../../trainer/cli/methods.ts";
import { COMMAND_LINE_DEFAULTS, settingsOf } from "../../../trainer/cli/settings.ts";

const WIDEST = 132;

describe("general help", () => {
  it("names every option, method and reward", () => {
    for (const option of Object.keys(OPTIONS)) if (option !== "help") expect(help(null)).toContain(`--${option} `);
    for (const method of METHODS) expect(help(null)).toMatch(new RegExp(`^  ${wordOf(method)} +\\S`, "m"));
    for (const kind of REWARD_KINDS) expect(help(null)).toContain(kind);
  });

  it("shows for every kind of data lines that are read as they stand", () => {
    for (const kind of DATA_KINDS) {
      for (const line of EXAMPLE_LINES[kind]) {
        expect(help(null)).toContain(line);
        expect(() => parseLine[kind](JSON.parse(line))).not.toThrow();
      }
    }
  });
});

describe.each(METHODS)("help of %s", (method) => {
  it("lists every setting with the default that a run would get", () => {
    const shown = settingsOf(method);
    const names = Object.keys(RUN_CONFIG_SCHEMAS[method].shape).filter((name) => name !== "version");
    expect(shown.map(({ name }) => name)).toEqual(names);
    const defaults: Record<string, unknown> = { ...RUN_CONFIG_SCHEMAS[method].parse({}), ...COMMAND_LINE_DEFAULTS };
    for (const { name, usual, meaning } of shown) {
      expect(meaning.length).toBeGreaterThan(4);
      expect(help(method)).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
      // What the help shows can be given back as it stands.
      const given = usual === null ? undefined : parseConfig(method, [`${name}=${usual}`])[name];
      expect(given).toEqual(defaults[name]);
    }
  });

  it("shows its data and what can be tuned", () => {
    for (const line of EXAMPLE_LINES[dataKindOf(method)]) expect(help(method)).toContain(line);
    expect((METHOD_TRAITS[method].data as readonly string[]).includes(dataKindOf(method))).toBe(true);
    const tunings = /^Tuning: ([a-z, ]+)/m.exec(help(method))![1]!.split(", ");
    expect(tunings).toEqual(
      TUNINGS.filter((tuning) => (METHOD_TRAITS[method].tunings as readonly string[]).includes(tuning)),
    );
  });

  it("fits a terminal", () => {
    const wide = help(method)
      .split("\n")
      .filter((line) => line.length > WIDEST && !line.trimStart().startsWith("{"));
    expect(wide).toEqual([]);
  });
});
