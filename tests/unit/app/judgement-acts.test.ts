// Taking a judgement back and giving it again: each kind by its own procedure, with all that was said.
import { expect, it } from "vitest";
import { type Acts, actsOn } from "../../../app/settings/_lib/judgement-acts.ts";
import type { MyJudgementView } from "../../../server/domain/views.ts";

const judgement = (more: Partial<MyJudgementView>): MyJudgementView => ({
  id: "j",
  kind: "FEEDBACK",
  at: new Date(0),
  conversation: null,
  messageId: null,
  comparisonId: null,
  prompt: "?",
  reply: "!",
  value: null,
  reasons: [],
  comment: null,
  choice: null,
  edited: null,
  fate: "WAITING",
  releases: [],
  ...more,
});

/** What withdrawing and giving again would send, by procedure. */
async function sent(more: Partial<MyJudgementView>): Promise<unknown[]> {
  const calls: unknown[] = [];
  const note = (name: string) => async (input: unknown) => calls.push([name, input]);
  const acts: Acts = {
    set: note("set"),
    clear: note("clear"),
    choose: note("choose"),
    unchoose: note("unchoose"),
    edit: note("edit"),
    withdrawEdit: note("withdrawEdit"),
  };
  const possible = actsOn(judgement(more), acts);
  await possible?.withdraw();
  await possible?.giveAgain?.();
  return calls;
}

it("gives a thumb back with its tags and comment", async () => {
  expect(await sent({ messageId: "m", value: -1, reasons: ["wrong"], comment: "no" })).toEqual([
    ["clear", { messageId: "m" }],
    ["set", { messageId: "m", value: -1, reasons: ["wrong"], comment: "no" }],
  ]);
});

it("gives each choice back as it was", async () => {
  const kind = "CHOICE" as const;
  expect(await sent({ kind, comparisonId: "c", choice: "PICK", messageId: "m" })).toEqual([
    ["unchoose", { comparisonId: "c" }],
    ["choose", { comparisonId: "c", choice: { kind: "PICK", messageId: "m" } }],
  ]);
  expect(await sent({ kind, comparisonId: "c", choice: "BOTH_BAD" })).toContainEqual([
    "choose",
    { comparisonId: "c", choice: { kind: "BOTH_BAD" } },
  ]);
});

it("withdraws a pick without a way back where the view does not name the picked reply", async () => {
  expect(await sent({ kind: "CHOICE", comparisonId: "c", choice: "PICK" })).toEqual([
    ["unchoose", { comparisonId: "c" }],
  ]);
});

it("gives an edit back with its text", async () => {
  expect(await sent({ kind: "EDIT", messageId: "e", edited: "as it should be" })).toEqual([
    ["withdrawEdit", { messageId: "e" }],
    ["edit", { messageId: "e", content: "as it should be" }],
  ]);
});

it("leaves rankings alone", async () => {
  expect(await sent({ kind: "RANKING" })).toEqual([]);
});
