// Fifty accounts of one attacker, two hundred thumbs each, against five thousand honest pairs: what comes into the Dataset.
import { expect, test } from "vitest";
import { DEFAULT_GUARDS } from "../../../server/domain/dataset-guards.ts";
import { ATTACKS, attacked, isSybil, newcomersOnly } from "./crowd.ts";

const { "honest where annotators judge": patient, ...stopped } = ATTACKS;

test.each(Object.keys(stopped))("%s: at most a two-hundredth of the Dataset, by examples and by weight", (name) => {
  const { count, weight, honest, peopleConfirmed, selection } = attacked(stopped[name as keyof typeof stopped]);
  expect(count).toBeLessThanOrEqual(0.005);
  expect(weight).toBeLessThanOrEqual(0.005);
  // The guards cost honest people little: those whom annotators have confirmed keep their pairs.
  expect(honest).toBeGreaterThan(4500);
  expect(peopleConfirmed).toBeGreaterThan(40);
  // A burst is put aside whole, before anybody is asked who is confirmed.
  if (name === "all within an hour") expect(selection.leftOut).toContainEqual({ reason: "BURST", count: 5000 });
});

test("without the guard on newcomers the slow attack would fill half of the Dataset", () => {
  const open = { ...DEFAULT_GUARDS, newcomerFloor: 1_000_000, raterShare: 1 };
  expect(attacked(ATTACKS["two a day for weeks"], { guards: open }).count).toBeGreaterThan(0.45);
});

test("who judges as annotators do for long enough is believed: then the share of each account is all that holds", () => {
  const { sybilsConfirmed, count, weight, largest } = attacked(patient);
  expect(sybilsConfirmed).toBeGreaterThan(40);
  expect(largest).toBeLessThanOrEqual(0.01);
  // docs/decisions/016 says so: 50 patient accounts reach half of the examples and a third of the weight.
  expect(count).toBeGreaterThan(0.4);
  expect(weight).toBeLessThan(0.35);
});

test("where nobody is confirmed yet the first examples are filled by all in turns", () => {
  const { selection } = attacked(ATTACKS["two a day for weeks"], { pairs: newcomersOnly() });
  expect(selection.pairs).toHaveLength(DEFAULT_GUARDS.newcomerFloor);
  const perRater = new Map<string, number>();
  for (const { raterIds } of selection.pairs) perRater.set(raterIds[0]!, (perRater.get(raterIds[0]!) ?? 0) + 1);
  expect(Math.max(...perRater.values())).toBeLessThanOrEqual(6);
  expect([...perRater.keys()].filter(isSybil)).toHaveLength(50);
});
