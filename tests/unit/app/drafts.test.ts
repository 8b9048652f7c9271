// Replies side by side: which stand there, which may be chosen when, and where the conversation goes on.
import { describe, expect, it } from "vitest";
import {
  choosable,
  draftsInPlaceOf,
  draftsOf,
  goesOnFrom,
  isBlind,
  letterOf,
  repliesOf,
} from "../../../app/chat/_lib/drafts.ts";
import type { DraftChoice, Drafts, Message } from "../../../app/chat/_lib/types.ts";

const drafts = (comparisonId: string, shown: string[], choice: DraftChoice | null = null): Drafts => ({
  comparisonId,
  promptId: "p",
  shown,
  choice,
});
const message = (id: string, more: Partial<Message> = {}): Message => ({
  id,
  parentId: "p",
  role: "ASSISTANT",
  content: `text of ${id}`,
  status: "COMPLETE",
  createdAt: new Date(0),
  release: null,
  feedback: null,
  error: null,
  edit: null,
  endReason: null,
  ...more,
});

const open = drafts("c", ["b", "a"]);
const picked = drafts("c", ["b", "a"], { kind: "PICK", messageId: "a" });

it("names replies by their place on screen, not by their age", () => {
  expect(repliesOf(open, [message("a"), message("b")]).map(({ id }, place) => letterOf(place) + id)).toEqual([
    "Ab",
    "Ba",
  ]);
});

it("leaves out a draft that is not loaded yet", () => {
  expect(repliesOf(open, [message("a")]).map(({ id }) => id)).toEqual(["a"]);
});

describe("which drafts stand in a reply's place", () => {
  const at = (of: Drafts[], last: boolean, reopened: string | null = null) =>
    draftsInPlaceOf("a", of, { last, reopened })?.comparisonId ?? null;

  it("those that wait for a choice, at the end of the path", () => {
    expect(at([open], true)).toBe("c");
    expect(at([picked], true)).toBeNull();
  });

  it("none once the conversation went on, until they are opened again", () => {
    expect(at([open], false)).toBeNull();
    expect(at([open], false, "c")).toBe("c");
    expect(at([picked], true, "c")).toBe("c");
    expect(at([picked], true, "another")).toBeNull();
  });

  it("the newest, where a reply stood beside others twice", () => {
    const again = drafts("d", ["a", "e"]);
    expect(draftsOf("a", [picked, again])).toBe(again);
    expect(at([picked, again], true)).toBe("d");
    expect(draftsOf("b", [picked, again])).toBe(picked);
  });
});

it("keeps the reader blind while any choice about a reply is open", () => {
  expect(isBlind("a", [open])).toBe(true);
  expect(isBlind("a", [picked])).toBe(false);
  expect(isBlind("a", [picked, drafts("d", ["a", "e"])])).toBe(true);
  expect(isBlind("b", [picked, drafts("d", ["a", "e"])])).toBe(false);
});

describe("what may be chosen", () => {
  const may = (...replies: Message[]) => {
    const { ended, pick, neither } = choosable(replies);
    return { ended, pick: [...pick], neither };
  };

  it("nothing while one of them is still being written", () => {
    const nothing = { ended: false, pick: [], neither: false };
    expect(may(message("a"), message("b", { status: "STREAMING" }))).toEqual(nothing);
    expect(may(message("a", { status: "PENDING" }), message("b"))).toEqual(nothing);
  });

  it("each, a tie or none, when all have ended, stopped ones too", () => {
    expect(may(message("a"), message("b", { status: "INTERRUPTED" }))).toEqual({
      ended: true,
      pick: ["a", "b"],
      neither: true,
    });
  });

  it("only what says something, and no tie with a reply that failed", () => {
    expect(may(message("a"), message("b", { status: "FAILED", content: "" }))).toEqual({
      ended: true,
      pick: ["a"],
      neither: false,
    });
    expect(may(message("a"), message("b", { status: "INTERRUPTED", content: "" })).pick).toEqual(["a"]);
  });

  it("nothing among fewer than two", () => {
    expect(may(message("a"))).toEqual({ ended: false, pick: [], neither: false });
  });
});

describe("where the conversation goes on without a choice", () => {
  const replies = [message("b"), message("a")];

  it("from the reply that is looked at, else from the first", () => {
    expect(goesOnFrom(replies, "a")?.id).toBe("a");
    expect(goesOnFrom(replies, null)?.id).toBe("b");
    expect(goesOnFrom(replies, "elsewhere")?.id).toBe("b");
  });

  it("never from a reply that failed or is not whole", () => {
    const failed = [message("b", { status: "FAILED" }), message("a")];
    expect(goesOnFrom(failed, "b")?.id).toBe("a");
    expect(goesOnFrom([message("b", { status: "STREAMING" })], "b")).toBeUndefined();
  });
});
