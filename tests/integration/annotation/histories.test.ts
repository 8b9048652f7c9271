// Random histories of a crowd that acts at once: whatever happens, no place is filled twice and the pairs are what the log says.
import { beforeAll, expect, test } from "vitest";
import { seededRandom } from "../../../server/domain/agreement/bootstrap.ts";
import { endLeases, nextTask, renewLease, skipTask } from "../../../server/domain/assignment.ts";
import { reviseComparisons } from "../../../server/domain/comparison-state.ts";
import { fold } from "../../../server/domain/judgement.ts";
import { readEvents } from "../../../server/domain/judgement-store.ts";
import { pairsFrom } from "../../../server/domain/preference-pair.ts";
import { submitRanking, undoRanking } from "../../../server/domain/ranking.ts";
import type { TaskView } from "../../../server/domain/views.ts";
import { appErrorOf } from "../../../server/errors.ts";
import { MINUTE, openTask, testClock, testQueue } from "../../helpers/annotation.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
beforeAll(async () => {
  admin = world.as(world.admin);
  await world.db.setting.createMany({
    data: [
      { key: "goldShare", value: 0.25 },
      { key: "repeatShare", value: 0 },
    ],
  });
});

/** What may be refused; anything else is a fault. */
const REFUSALS = ["LEASE_EXPIRED", "COMPARISON_CLOSED", "NOTHING_TO_UNDO", "ILLEGAL_STATE"];

interface Person {
  id: string;
  /** The last task they were given, kept after its lease is over: pages stay open. */
  task: TaskView | null;
}

test.each([1, 2, 3])("history %i", async (seed) => {
  await world.db.comparison.deleteMany();
  const random = seededRandom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const clock = testClock(`2026-04-0${seed}T09:00:00Z`);
  const { services } = testQueue(world, clock, seed);
  const people: Person[] = [];
  for (let i = 0; i < 5; i++) {
    people.push({ id: (await world.person(`Person${seed}n${i}`, "ANNOTATOR")).id, task: null });
  }
  const tasks: { id: string }[] = [];
  for (let i = 0; i < 6; i++) {
    // Some annotators ask as well, and must not judge themselves.
    tasks.push(await openTask(world, people[i % people.length]!.id, { wanted: 1 + (i % 3) }));
  }
  await openTask(world, world.admin.id, { gold: [0, 1, 2] });

  const ranking = (task: TaskView) => ({
    ranks: task.replies.map(({ messageId }) => ({ messageId, rank: 1 + below(3) })),
    ...{ allBad: below(8) === 0, labels: [], comment: null },
    rewrite: null,
  });
  const acts: ((person: Person) => Promise<unknown>)[] = [
    async (person) => {
      const answer = await nextTask(services(), person.id);
      person.task = answer.task ?? person.task;
    },
    async ({ id, task }) =>
      task &&
      submitRanking(services(), id, { ...ranking(task), assignmentId: task.assignmentId, durationMs: below(60_000) }),
    async (person) => {
      person.task = (await undoRanking(services(), person.id)).task;
    },
    async ({ id, task }) => task && skipTask(services(), id, { assignmentId: task.assignmentId, reason: "too-hard" }),
    async ({ id, task }) => task && renewLease(services(), id, task.assignmentId),
    async () => admin.comparison.close({ id: tasks[below(tasks.length)]!.id }),
    async () => admin.comparison.reopen({ id: tasks[below(tasks.length)]!.id }),
    async () => reviseComparisons(world.db, clock.now()),
    async () => endLeases(world.db, clock.now()),
  ];
  /** How often each act comes up: mostly taking and submitting. */
  const WEIGHTS = [8, 8, 2, 1, 1, 0.2, 0.6, 0.5, 0.5];
  const pick = () => {
    let at = random() * WEIGHTS.reduce((sum, weight) => sum + weight, 0);
    const index = WEIGHTS.findIndex((weight) => {
      at -= weight;
      return at < 0;
    });
    return acts[index]!;
  };

  let refused = 0;
  for (let step = 0; step < 32; step++) {
    clock.advance(below(6) * MINUTE);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 1 + below(3) }, () => pick()(people[below(people.length)]!)),
    );
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") continue;
      expect(REFUSALS, String(outcome.reason)).toContain(appErrorOf(outcome.reason)?.code);
      refused += 1;
    }
    if (step % 4 === 3) await assertSound(people, clock.now());
  }
  expect(await world.db.ranking.count({ where: { withdrawnAt: null } })).toBeGreaterThan(5);
  expect(refused).toBeGreaterThan(0);
});

/** What must hold at any time. */
async function assertSound(people: readonly Person[], now: Date): Promise<void> {
  const comparisons = await world.db.comparison.findMany({
    include: {
      rankings: { where: { round: 0, withdrawnAt: null } },
      assignments: true,
      prompt: { include: { conversation: true } },
    },
  });
  for (const { gold, wanted, status, rankings, assignments, prompt, promptId } of comparisons) {
    if (gold === null) {
      expect(rankings.length).toBeLessThanOrEqual(wanted);
      if (status === "OPEN") expect(rankings.length).toBeLessThan(wanted);
      if (status === "DONE") expect(rankings.length).toBe(wanted);
    }
    if (status === "CLOSED") expect(assignments.filter(({ state }) => state === "LEASED")).toEqual([]);
    for (const { raterId } of assignments) expect(raterId).not.toBe(prompt.conversation.userId);
    const submitted = assignments.filter(({ state }) => state === "SUBMITTED").map(({ raterId }) => raterId);
    expect(submitted.sort()).toEqual(rankings.map(({ raterId }) => raterId).sort());
    const stored = await world.db.preferencePair.findMany({
      where: { promptId, status: "ACTIVE" },
      include: { raters: true },
    });
    const key = (chosenId: string, rejectedId: string, raterIds: string[]) =>
      [chosenId, rejectedId, ...raterIds.sort()].join();
    expect(
      stored
        .map((pair) =>
          key(
            pair.chosenId,
            pair.rejectedId,
            pair.raters.map((r) => r.raterId),
          ),
        )
        .sort(),
    ).toEqual(
      pairsFrom(fold(await readEvents(world.db, [promptId])))
        .map((pair) => key(pair.chosenId, pair.rejectedId, pair.raterIds))
        .sort(),
    );
  }
  for (const { id: raterId } of people) {
    const held = { raterId, state: "LEASED" as const, expiresAt: { gt: now } };
    expect(await world.db.assignment.count({ where: held })).toBeLessThanOrEqual(1);
  }
}
