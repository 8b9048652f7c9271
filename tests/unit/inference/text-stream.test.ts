// Text that is shown while it is generated: whole characters, no piece of a stop text, nothing lost.
import fc from "fast-check";
import { expect, test } from "vitest";
import { TextStream } from "../../../server/inference/text-stream.ts";

/** Everything a stream shows for these pieces, one entry per piece and one for the end. */
function shown(pieces: readonly Uint8Array[], stops: string[] = []): string[] {
  const stream = new TextStream(stops);
  return [...pieces.map((piece) => stream.push(piece)), stream.finish()];
}

const utf8 = new TextEncoder();
/** Cuts bytes at the given places. */
const cut = (bytes: Uint8Array, places: number[]) => {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((start, i) => bytes.subarray(start, ends[i] ?? bytes.length));
};

test("a character split over tokens appears when its last byte does", () => {
  const [a, b, c, d] = utf8.encode("🙂");
  expect(shown([Uint8Array.of(a!), Uint8Array.of(b!, c!), Uint8Array.of(d!)])).toEqual(["", "", "🙂", ""]);
  expect(shown([Uint8Array.of(a!, b!)]).join("")).toBe("");
  expect(shown([Uint8Array.of(0xff), utf8.encode("x")]).join("")).toBe("\u{FFFD}x");
  expect(shown([utf8.encode("\u{FEFF}a")]).join("")).toBe("\u{FEFF}a");
});

test("however bytes are cut, the text comes out whole and without broken characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.nat(), { maxLength: 8 }), (text, places) => {
      const parts = shown(cut(utf8.encode(text), places));
      expect(parts.join("")).toBe(text);
      for (const part of parts) expect(part).toBe(part.toWellFormed());
    }),
  );
});

/** The text before the stop text that is complete first; all of it if none is. */
function expected(text: string, stops: string[]): string {
  for (let end = 1; end <= text.length; end++) {
    const starts = stops.filter((stop) => text.slice(0, end).endsWith(stop)).map((stop) => end - stop.length);
    if (starts.length > 0) return text.slice(0, Math.min(...starts));
  }
  return text;
}

test("however bytes are cut, the text ends before the first stop text and no piece of it leaks", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "é"), maxLength: 14 });
  const stop = fc.string({ unit: fc.constantFrom("a", "b", "é"), minLength: 1, maxLength: 4 });
  const stops = fc.array(stop, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(letters, stops, fc.array(fc.nat(), { maxLength: 8 }), (text, stops, places) => {
      const stream = new TextStream(stops);
      const whole = expected(text, stops);
      let out = "";
      for (const piece of cut(utf8.encode(text), places)) {
        out += stream.push(piece);
        // Shown text never has to be taken back.
        expect(whole.startsWith(out)).toBe(true);
      }
      expect(out + stream.finish()).toBe(whole);
      expect(stream.stopped).toBe(stops.some((stop) => text.includes(stop)));
    }),
    { numRuns: 1000 },
  );
});

test("text that might begin a stop text waits, and is shown when it does not", () => {
  expect(
    shown(
      ["x<", "en", "d>y"].map((text) => utf8.encode(text)),
      ["<end>"],
    ),
  ).toEqual(["x", "", "", ""]);
  expect(
    shown(
      ["x<", "en", "ough"].map((text) => utf8.encode(text)),
      ["<end>"],
    ),
  ).toEqual(["x", "", "<enough", ""]);
  expect(
    shown(
      ["x<e"].map((text) => utf8.encode(text)),
      ["<end>"],
    ),
  ).toEqual(["x", "<e"]);
});
