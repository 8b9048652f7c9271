// Ranking by hand: every move keeps each reply once, inserts where told, and ends as ranks without gaps.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  insertBefore,
  nextUnplaced,
  type Places,
  putAt,
  ranksOf,
  stepBy,
  tiersOf,
} from "../../../app/annotate/_lib/places.ts";

const IDS = ["a", "b", "c", "d"];

describe("places", () => {
  it("ties replies that are put at the same place, and closes gaps in what is submitted", () => {
    const places = { a: 4, b: 2, c: 2, d: 1 };
    expect(tiersOf(places, IDS)).toEqual([["d"], ["b", "c"], ["a"]]);
    expect(ranksOf(places, IDS)).toEqual([
      { messageId: "d", rank: 1 },
      { messageId: "b", rank: 2 },
      { messageId: "c", rank: 2 },
      { messageId: "a", rank: 3 },
    ]);
  });

  it("is not a ranking while a reply has no place", () => {
    expect(ranksOf({ a: 1, b: 2, c: 3 }, IDS)).toBeNull();
    expect(ranksOf(putAt({ a: 1, b: 2, c: 3, d: 1 }, "b", null), IDS)).toBeNull();
  });

  it("inserts between two neighbours, moving the later ones down", () => {
    expect(insertBefore({ a: 1, b: 2 }, "c", 2, 4)).toEqual({ a: 1, c: 2, b: 3 });
    expect(insertBefore({ a: 1, b: 2 }, "c", 1, 4)).toEqual({ c: 1, a: 2, b: 3 });
  });

  it("moves neighbours up where there is no room below", () => {
    expect(insertBefore({ b: 2, c: 3, d: 4 }, "a", 5, 4)).toEqual({ b: 1, c: 2, d: 3, a: 4 });
  });

  it("uses a free place beside the gap before it moves anybody", () => {
    expect(insertBefore({ a: 1, d: 3 }, "c", 3, 4)).toEqual({ a: 1, c: 2, d: 3 });
  });

  it("steps from the tray to the first place and back", () => {
    expect(stepBy({}, "a", 1, 4)).toEqual({ a: 1 });
    expect(stepBy({ a: 1 }, "a", -1, 4)).toEqual({});
    expect(stepBy({}, "a", -1, 4)).toEqual({});
    expect(stepBy({ a: 4 }, "a", 1, 4)).toEqual({ a: 4 });
  });

  it("goes on to the next reply without a place, round the end", () => {
    expect(nextUnplaced({ d: 1 }, IDS, "d")).toBe("a");
    expect(nextUnplaced({ a: 1, b: 1 }, IDS, "a")).toBe("c");
    expect(nextUnplaced({ a: 1, b: 1, c: 2, d: 2 }, IDS, "c")).toBe("c");
  });

  it("keeps the order of the others, whatever is inserted where", () => {
    const arrangement = fc.integer({ min: 2, max: 9 }).chain((most) =>
      fc.record({
        most: fc.constant(most),
        places: fc.array(fc.option(fc.integer({ min: 1, max: most }), { nil: null }), {
          minLength: most,
          maxLength: most,
        }),
        moved: fc.integer({ min: 0, max: most - 1 }),
        gap: fc.integer({ min: 1, max: most + 1 }),
      }),
    );
    fc.assert(
      fc.property(arrangement, ({ most, places: drawn, moved, gap }) => {
        const ids = drawn.map((_, i) => `m${i}`);
        const id = ids[moved]!;
        const before: Places = Object.fromEntries(
          ids.flatMap((key, i) => (drawn[i] === null ? [] : [[key, drawn[i]]])) as [string, number][],
        );
        const after = insertBefore(before, id, gap, most);
        const others = ids.filter((key) => key !== id);
        expect(Object.values(after).every((place) => place >= 1 && place <= most)).toBe(true);
        expect(others.filter((key) => after[key] === after[id])).toEqual([]);
        for (const key of others) expect(after[key] === undefined).toBe(before[key] === undefined);
        for (const key of others.filter((other) => before[other] !== undefined)) {
          expect(after[key]! < after[id]!).toBe(before[key]! < gap);
        }
        expect(tiersOf(after, others)).toEqual(tiersOf(before, others));
      }),
    );
  });
});
