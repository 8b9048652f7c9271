// The log of judgements: whatever people do in whatever order, its fold makes the pairs that a second telling of the rules expects.
import fc from "fast-check";
import { expect, test } from "vitest";
import { fold, type LoggedEvent, type Statement } from "../../../server/domain/judgement.ts";
import {
  type PairChanges,
  pairChanges,
  RATER_QUARANTINED,
  type StoredPair,
} from "../../../server/domain/pair-changes.ts";
import { pairsFrom } from "../../../server/domain/preference-pair.ts";
import { emptyModel, expectedPairs } from "../../helpers/judgement-model.ts";

const HISTORIES = 10_000;

let ids = 0;
const uuid = () => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`;
const many = (count: number) => Array.from({ length: count }, uuid);

const PROMPTS = many(2);
const REPLIES = PROMPTS.map(() => many(4));
const RATERS = many(3);
const DRAFTS = PROMPTS.map(uuid);
const TASKS = PROMPTS.map(uuid);
/** Ids of rankings by prompt, round and rater. */
const RANKINGS = PROMPTS.map(() => [0, 1].map(() => RATERS.map(uuid)));

const rater = fc.nat({ max: RATERS.length - 1 });
const prompt = fc.nat({ max: PROMPTS.length - 1 });
const reply = fc.nat({ max: 3 });
const act = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("thumb" as const),
      rater,
      prompt,
      reply,
      value: fc.constantFrom(1 as const, -1 as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("clear" as const), rater, prompt, reply }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("choose" as const),
      rater,
      prompt,
      reply,
      as: fc.constantFrom("PICK" as const, "TIE" as const, "BOTH_BAD" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("unchoose" as const), rater, prompt }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("edit" as const), rater, prompt, reply }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("withdrawEdit" as const), rater, prompt, reply }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("rank" as const),
      rater,
      prompt,
      round: fc.constantFrom(0, 0, 0, 1),
      allBad: fc.boolean(),
      ranks: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("undo" as const), rater, prompt, round: fc.constantFrom(0, 1) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("gold" as const), prompt }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("quarantine" as const), rater }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("putAside" as const), at: fc.nat() }) },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;
const history = fc.record({
  acts: fc.array(act, { maxLength: 30, size: "max" }),
  /** Replies that were broken off. */
  broken: fc.subarray(REPLIES.flat(), { maxLength: 3 }),
});

/** People at work: the log they leave, the rows as the database would hold them, and the model beside it. */
class World {
  readonly log: LoggedEvent[] = [];
  rows: StoredPair[] = [];
  readonly model = emptyModel();
  readonly quarantined = new Set<string>();
  readonly #gold = new Set<string>();
  readonly #rankings = new Map<string, Extract<Statement, { kind: "RANKING" }>>();
  readonly #editIds = new Map<string, string>();

  constructor(broken: readonly string[]) {
    for (const [i, replies] of REPLIES.entries()) {
      for (const id of replies) {
        this.model.promptOf.set(id, PROMPTS[i]!);
        if (!broken.includes(id)) this.model.whole.add(id);
      }
    }
  }

  do(what: Act): void {
    if (what.kind === "quarantine") this.#toggleQuarantine(RATERS[what.rater]!);
    else if (what.kind === "putAside") this.#putAside(what.at);
    else this.#judge(what);
  }

  #judge(what: Exclude<Act, { kind: "quarantine" | "putAside" }>): void {
    const promptId = PROMPTS[what.prompt]!;
    const raterId = "rater" in what ? RATERS[what.rater]! : "";
    const replies = REPLIES[what.prompt]!;
    const messageId = "reply" in what ? replies[what.reply]! : "";
    const teaches = this.model.whole.has(messageId);
    const own = <Value>(map: Map<string, Map<string, Value>>) =>
      map.get(raterId) ?? map.set(raterId, new Map()).get(raterId)!;
    const key = `${raterId} ${messageId}`;
    switch (what.kind) {
      case "thumb":
        own(this.model.thumbs).set(messageId, what.value);
        this.#say({
          promptId,
          raterId,
          kind: "FEEDBACK",
          subjectId: messageId,
          judgement: { value: what.value, reasons: [], teaches },
        });
        break;
      case "clear":
        if (own(this.model.thumbs).delete(messageId))
          this.#say({ promptId, raterId, kind: "FEEDBACK", subjectId: messageId, judgement: null });
        break;
      case "choose": {
        const among = replies.slice(0, 3);
        const picked = what.as === "PICK" && among.includes(messageId) ? messageId : null;
        const comparisonId = DRAFTS[what.prompt]!;
        // One person chooses among drafts: whoever did first.
        const chooser = this.model.choices.get(comparisonId)?.raterId ?? raterId;
        this.model.choices.set(comparisonId, { raterId: chooser, picked, among });
        const chosenId = picked && teaches ? picked : null;
        const otherIds = chosenId ? among.filter((id) => id !== chosenId && this.model.whole.has(id)) : [];
        const choice = what.as === "PICK" && picked === null ? "TIE" : what.as;
        this.#say({
          promptId,
          raterId: chooser,
          kind: "CHOICE",
          subjectId: comparisonId,
          judgement: { comparisonId, choice, chosenId, otherIds },
        });
        break;
      }
      case "unchoose": {
        const chosen = this.model.choices.get(DRAFTS[what.prompt]!);
        if (!chosen) break;
        this.model.choices.delete(DRAFTS[what.prompt]!);
        this.#say({
          promptId,
          raterId: chosen.raterId,
          kind: "CHOICE",
          subjectId: DRAFTS[what.prompt]!,
          judgement: null,
        });
        break;
      }
      case "edit": {
        this.#withdrawEdit(key, promptId, raterId);
        const [editId, editedId] = [uuid(), uuid()];
        this.#editIds.set(key, editId);
        this.model.promptOf.set(editedId, promptId);
        this.model.whole.add(editedId);
        own(this.model.edits).set(messageId, editedId);
        this.#say({
          promptId,
          raterId,
          kind: "EDIT",
          subjectId: editId,
          judgement: { editedId, originalId: messageId, teaches },
        });
        break;
      }
      case "withdrawEdit":
        own(this.model.edits).delete(messageId);
        this.#withdrawEdit(key, promptId, raterId);
        break;
      case "rank": {
        const id = RANKINGS[what.prompt]![what.round]![what.rater]!;
        // Only whole replies are ever put before annotators.
        const places = new Map(
          replies.map((reply, i) => [reply, what.ranks[i]!] as const).filter(([reply]) => this.model.whole.has(reply)),
        );
        const gold = this.#gold.has(promptId);
        const counts = what.round === 0 && !what.allBad && !gold;
        this.model.rankings.set(id, { raterId, counts, places });
        const ranks = [...places].map(([reply, rank]) => ({ messageId: reply, rank }));
        const judgement = {
          comparisonId: TASKS[what.prompt]!,
          ranks,
          allBad: what.allBad,
          teaches: what.round === 0 && !gold,
        };
        const statement = { promptId, raterId, kind: "RANKING" as const, subjectId: id, judgement };
        this.#rankings.set(id, statement);
        this.#say(statement);
        break;
      }
      case "undo": {
        const id = RANKINGS[what.prompt]![what.round]![what.rater]!;
        const statement = this.#rankings.get(id);
        if (!this.model.rankings.delete(id) || !statement) break;
        this.#rankings.delete(id);
        this.#say({ ...statement, judgement: null });
        break;
      }
      case "gold": {
        const gold = !this.#gold.has(promptId);
        if (gold) this.#gold.add(promptId);
        else this.#gold.delete(promptId);
        for (const [id, statement] of this.#rankings) {
          if (statement.promptId !== promptId) continue;
          const judgement = { ...statement.judgement!, teaches: RANKINGS[what.prompt]![0]!.includes(id) && !gold };
          this.model.rankings.get(id)!.counts = judgement.teaches && !judgement.allBad;
          this.#rankings.set(id, { ...statement, judgement });
          this.#say({ ...statement, judgement });
        }
        break;
      }
    }
    this.#store(promptId);
  }

  #withdrawEdit(key: string, promptId: string, raterId: string): void {
    const editId = this.#editIds.get(key);
    if (!this.#editIds.delete(key) || !editId) return;
    this.#say({ promptId, raterId, kind: "EDIT", subjectId: editId, judgement: null });
  }

  #say(statement: Statement): void {
    this.log.push(JSON.parse(JSON.stringify(statement)));
  }

  /** As the database does it: the prompt's pairs are derived anew after each judgement, and only what differs is written. */
  #store(promptId: string): void {
    const wanted = pairsFrom(fold(this.log.filter((event) => event.promptId === promptId)));
    const stored = this.rows.filter((row) => this.model.promptOf.get(row.chosenId) === promptId);
    this.#write(pairChanges(wanted, stored, this.quarantined));
  }

  #write({ create, retract, restore, addRaters, removeRaters }: PairChanges): void {
    this.rows = this.rows.map((row) => ({
      ...row,
      ...(retract.includes(row.id) && { status: "RETRACTED" as const }),
      ...restore.find(({ id }) => id === row.id),
      raterIds: [
        ...row.raterIds.filter(
          (raterId) => !removeRaters.some((link) => link.pairId === row.id && link.raterId === raterId),
        ),
        ...addRaters.filter(({ pairId }) => pairId === row.id).map(({ raterId }) => raterId),
      ],
    }));
    this.rows.push(...create.map(({ promptId: _, ...pair }) => ({ id: uuid(), ...pair })));
  }

  #toggleQuarantine(raterId: string): void {
    if (!this.quarantined.delete(raterId)) this.quarantined.add(raterId);
    for (const row of this.rows) {
      const restsOnNobodyElse = row.raterIds.every((id) => this.quarantined.has(id));
      if (!row.raterIds.includes(raterId)) continue;
      if (row.status === "ACTIVE" && restsOnNobodyElse)
        Object.assign(row, { status: "QUARANTINED", quarantineReason: RATER_QUARANTINED });
      else if (row.status === "QUARANTINED" && row.quarantineReason === RATER_QUARANTINED && !restsOnNobodyElse) {
        Object.assign(row, { status: "ACTIVE", quarantineReason: null });
      }
    }
  }

  #putAside(at: number): void {
    const standing = this.rows.filter(({ status }) => status !== "RETRACTED");
    const row = standing[at % Math.max(standing.length, 1)];
    if (row) Object.assign(row, { status: "QUARANTINED", quarantineReason: "an admin's word" });
  }

  /** Stored pairs that stand, told as the model tells them. */
  standing(): string[] {
    return this.rows
      .filter(({ status }) => status !== "RETRACTED")
      .map(
        (row) =>
          `${this.model.promptOf.get(row.chosenId)} ${row.source} ${row.chosenId}>${row.rejectedId}: ${[...row.raterIds].sort().join(" ")}`,
      )
      .sort();
  }
}

const told = (log: readonly LoggedEvent[]) =>
  pairsFrom(fold(log))
    .map((pair) => `${pair.promptId} ${pair.source} ${pair.chosenId}>${pair.rejectedId}: ${pair.raterIds.join(" ")}`)
    .sort();

test(`after any of ${HISTORIES} histories the stored pairs, those of the log, and those that must be are the same`, () => {
  let paired = 0;
  fc.assert(
    fc.property(history, ({ acts, broken }) => {
      const world = new World(broken);
      for (const what of acts) world.do(what);
      const expected = expectedPairs(world.model);
      paired += Math.min(expected.length, 1);
      expect(told(world.log)).toEqual(expected);
      expect(world.standing()).toEqual(expected);
      for (const row of world.rows.filter(({ status }) => status !== "RETRACTED")) {
        const byRaters = row.raterIds.every((id) => world.quarantined.has(id));
        if (row.quarantineReason === "an admin's word") expect(row.status).toBe("QUARANTINED");
        else
          expect(row).toMatchObject(
            byRaters
              ? { status: "QUARANTINED", quarantineReason: RATER_QUARANTINED }
              : { status: "ACTIVE", quarantineReason: null },
          );
      }
    }),
    { numRuns: HISTORIES, seed: 20_261_122 },
  );
  // Histories that make no pair would prove nothing.
  expect(paired).toBeGreaterThan(HISTORIES / 2);
}, 180_000);

test("what an admin put aside comes back aside after it was retracted, and a quarantine goes with its raters", () => {
  const [better, worse] = REPLIES[0]!;
  const [ann, ben] = RATERS as [string, string];
  const pair = {
    promptId: PROMPTS[0]!,
    chosenId: better!,
    rejectedId: worse!,
    source: "FEEDBACK" as const,
    raterIds: [ann],
  };
  const row = { ...pair, id: uuid(), status: "RETRACTED" as const, quarantineReason: "spam" };
  expect(pairChanges([pair], [row], new Set()).restore).toEqual([
    { id: row.id, status: "QUARANTINED", quarantineReason: "spam" },
  ]);
  expect(pairChanges([pair], [], new Set([ann])).create).toMatchObject([
    { status: "QUARANTINED", quarantineReason: RATER_QUARANTINED },
  ]);
  const both = { ...pair, raterIds: [ann, ben] };
  const quarantined = { ...row, status: "QUARANTINED" as const, quarantineReason: RATER_QUARANTINED };
  expect(pairChanges([both], [quarantined], new Set([ann]))).toMatchObject({
    restore: [{ id: row.id, status: "ACTIVE", quarantineReason: null }],
    addRaters: [{ pairId: row.id, raterId: ben }],
  });
});

test("an event that no version has written stops the fold instead of being guessed at", () => {
  const event = { promptId: PROMPTS[0]!, raterId: RATERS[0]!, kind: "FEEDBACK" as const, subjectId: REPLIES[0]![0]! };
  expect(() => fold([{ ...event, judgement: { value: 2 } }])).toThrow();
});
