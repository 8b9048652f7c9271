// The path through a conversation's tree: defaults, choices, forks, and trees that should not exist.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Choices, choose, pathOf, siblingsOf } from "../../../app/chat/_lib/message-tree.ts";
import type { DraftChoice } from "../../../app/chat/_lib/types.ts";

/** "b<a" is message b under a; "a" is a root. Later ones are newer. */
const tree = (...names: string[]) =>
  names.map((name, index) => {
    const [id = "", parentId = null] = name.split("<");
    return { id, parentId, createdAt: new Date(index) };
  });
const ids = (messages: { id: string }[]) => messages.map(({ id }) => id).join(" ");

describe("pathOf", () => {
  it("follows a line to its end", () => {
    expect(ids(pathOf(tree("p1", "r1<p1", "p2<r1", "r2<p2"), new Map()))).toBe("p1 r1 p2 r2");
  });

  it("shows the branch that holds the newest message, even under an older sibling", () => {
    const messages = tree("p1", "r1<p1", "r2<p1", "p2<r1", "r3<p2");
    expect(ids(pathOf(messages, new Map()))).toBe("p1 r1 p2 r3");
  });

  it("does not depend on where in the list the newest message stands", () => {
    const messages = tree("p1", "r1<p1", "r2<p1", "p2<r1").toSorted((a, b) => a.id.localeCompare(b.id));
    expect(ids(pathOf(messages, new Map()))).toBe("p1 r1 p2");
  });

  it("lets the viewer's choice win at its fork and keeps the default below it", () => {
    const messages = tree("p1", "r1<p1", "p2<r1", "r2<p1");
    expect(ids(pathOf(messages, new Map()))).toBe("p1 r2");
    expect(ids(pathOf(messages, choose(new Map(), messages[1]!)))).toBe("p1 r1 p2");
  });

  it("chooses among edited first prompts too", () => {
    const messages = tree("p1", "r1<p1", "q1", "s1<q1");
    expect(ids(pathOf(messages, new Map()))).toBe("q1 s1");
    expect(ids(pathOf(messages, choose(new Map(), messages[0]!)))).toBe("p1 r1");
  });

  it("ignores a choice that is no longer there", () => {
    expect(ids(pathOf(tree("p1", "r1<p1"), new Map([["p1", "gone"]])))).toBe("p1 r1");
  });

  it("ends on a loop instead of running for ever", () => {
    expect(() => pathOf(tree("a<b", "b<a"), new Map())).not.toThrow();
  });

  it("always gives a line of parent and child from a root to a leaf", () => {
    const anyTree = fc.array(fc.nat(), { minLength: 1, maxLength: 30 }).map((parents) =>
      parents.map((parent, index) => ({
        id: `m${index}`,
        parentId: index === 0 || parent % 7 === 0 ? null : `m${parent % index}`,
        createdAt: new Date(index),
      })),
    );
    fc.assert(
      fc.property(anyTree, fc.array(fc.nat()), (messages, picks) => {
        const choices = picks.reduce<Choices>((map, pick) => choose(map, messages[pick % messages.length]!), new Map());
        const path = pathOf(messages, choices);
        expect(path[0]?.parentId).toBeNull();
        path.slice(1).forEach((message, index) => {
          expect(message.parentId).toBe(path[index]?.id);
        });
        expect(messages.some(({ parentId }) => parentId === path.at(-1)?.id)).toBe(false);
        for (const message of path) {
          const chosen = choices.get(message.parentId ?? "root");
          if (chosen) expect(message.id).toBe(chosen);
        }
      }),
    );
  });
});

describe("pathOf beside drafts", () => {
  const two = tree("p1", "a<p1", "b<p1");
  const stood = (shown: string[], choice: DraftChoice | null) => ({ shown, choice });
  const path = (messages: ReturnType<typeof tree>, ...drafts: ReturnType<typeof stood>[]) =>
    ids(pathOf(messages, new Map(), drafts));

  it("goes through the picked draft, though another is newer", () => {
    expect(path(two, stood(["b", "a"], { kind: "PICK", messageId: "a" }))).toBe("p1 a");
    expect(path(two, stood(["b", "a"], { kind: "PICK", messageId: "b" }))).toBe("p1 b");
  });

  it("goes through the first on screen where none was better", () => {
    for (const kind of ["TIE", "BOTH_BAD"] as const) {
      expect(path(two, stood(["a", "b"], { kind }))).toBe("p1 a");
      expect(path(two, stood(["b", "a"], { kind }))).toBe("p1 b");
    }
  });

  it("leaves the newest where nothing was chosen", () => {
    expect(path(two, stood(["a", "b"], null))).toBe("p1 b");
  });

  it("stays with a reply that came after the choice, and with one that was answered", () => {
    const picked = stood(["a", "b"], { kind: "PICK", messageId: "a" });
    expect(path(tree("p1", "a<p1", "b<p1", "c<p1"), picked)).toBe("p1 c");
    expect(path(tree("p1", "a<p1", "b<p1", "p2<b"), picked)).toBe("p1 b p2");
  });

  it("follows the later of two choices about the same reply", () => {
    const three = tree("p1", "a<p1", "b<p1", "c<p1");
    const first = stood(["a", "c"], { kind: "PICK", messageId: "a" });
    const second = stood(["c", "b"], { kind: "PICK", messageId: "b" });
    expect(path(three, first, second)).toBe("p1 b");
    expect(path(three, second, first)).toBe("p1 a");
  });

  it("lets the viewer look at the other one all the same", () => {
    const choices = choose(new Map(), two[2]!);
    const picked = stood(["a", "b"], { kind: "PICK", messageId: "a" });
    expect(ids(pathOf(two, choices, [picked]))).toBe("p1 b");
  });
});

describe("siblingsOf", () => {
  it("finds all replies to one prompt, itself included, in order", () => {
    const messages = tree("p1", "r1<p1", "p2<r1", "r2<p1");
    expect(ids(siblingsOf(messages, messages[3]!))).toBe("r1 r2");
    expect(ids(siblingsOf(messages, messages[0]!))).toBe("p1");
  });
});
