// The figures that a preview remembers are never those of another state: everything that a freeze reads makes them be counted anew.
import { beforeAll, expect, test } from "vitest";
import { countedExamples } from "../../../server/domain/counted-examples.ts";
import { DEFAULT_GUARDS } from "../../../server/domain/dataset-guards.ts";
import { currentSelection } from "../../../server/domain/dataset-source.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { insertPairs, ratedPrompt } from "../../helpers/loop.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let ann: Viewer;
let rated: Awaited<ReturnType<typeof ratedPrompt>>;
beforeAll(async () => {
  let count = 0;
  world.engine.script = () => [`Reply ${++count}.`];
  admin = world.as(world.admin);
  ann = await world.person("Ann");
  rated = await ratedPrompt(world.as(ann), "Rated?");
  await insertPairs(
    world,
    world.admin.id,
    Array.from({ length: 30 }, (_, i) => `Many ${i}`),
  );
});

test("counted once while nothing happens, by whoever asks at the same time", async () => {
  const [a, b] = await Promise.all([countedExamples(world.db, "PAIRS"), countedExamples(world.db, "PAIRS")]);
  const kept = await world.db.figures.findMany();
  expect(await countedExamples(world.db, "PAIRS")).toEqual(b);
  expect(a).toEqual(b);
  expect(await world.db.figures.findMany()).toEqual(kept);
  expect(a.train + a.heldOut).toBe(31);
  expect(a.from).toBeNull();
});

test("counted anew after each thing that changes what a Dataset would hold", async () => {
  const changes: [string, () => Promise<unknown>][] = [
    ["a thumb taken back", () => world.as(ann).feedback.clear({ messageId: rated.chosenId })],
    ["a thumb given", () => world.as(ann).feedback.set({ messageId: rated.chosenId, value: 1 })],
    [
      "a conversation opted out",
      () => world.as(ann).conversation.setTraining({ id: rated.conversationId, optOut: true }),
    ],
    ["and in again", () => world.as(ann).conversation.setTraining({ id: rated.conversationId, optOut: false })],
    ["a person opted out", () => world.as(ann).account.setTraining({ optOut: true })],
    ["and in again", () => world.as(ann).account.setTraining({ optOut: false })],
    ["a conversation deleted", () => world.as(ann).conversation.delete({ id: rated.conversationId })],
    ["and restored", () => world.as(ann).conversation.restore({ id: rated.conversationId })],
    ["a quarantine", () => admin.trust.setQuarantine({ raterId: ann.id, quarantined: true, reason: "A test." })],
    ["and its end", () => admin.trust.setQuarantine({ raterId: ann.id, quarantined: false, reason: "A test." })],
    ["a person disabled", () => admin.people.setDisabled({ userId: ann.id, disabled: true })],
    ["and let in again", () => admin.people.setDisabled({ userId: ann.id, disabled: false })],
    ["another rule", () => admin.setting.set({ guards: { ...DEFAULT_GUARDS, newcomerFloor: 0 } })],
  ];
  let before = await countedExamples(world.db, "PAIRS");
  for (const [what, change] of changes) {
    await change();
    const { train, heldOut, leftOut } = await countedExamples(world.db, "PAIRS");
    const { train: trains, heldOut: holds, leftOut: leaves } = await currentSelection(world.db);
    expect({ what, train, heldOut, leftOut }).toEqual({ what, train: trains, heldOut: holds, leftOut: leaves });
    expect({ what, same: train === before.train && heldOut === before.heldOut }).toEqual({ what, same: false });
    before = { ...before, train, heldOut };
  }
});
