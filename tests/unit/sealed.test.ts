// What is sealed opens under the same secret, for the same purpose and beside what it belongs to, and nowhere else.
import { expect, test } from "vitest";
import { seal, unseal } from "../../server/sealed.ts";

const keeper = { NEXTAUTH_SECRET: "the secret of this server" };
const sealing = { purpose: "webhook secret", of: "https://hooks.example.com/" };
const sealed = seal(keeper, "whsec_päss", sealing);

test("opens again, and two of the same text do not look alike", () => {
  expect(unseal(keeper, sealed, sealing)).toBe("whsec_päss");
  expect(sealed).not.toContain("whsec");
  expect(seal(keeper, "whsec_päss", sealing)).not.toBe(sealed);
});

test.each([
  ["another secret of the instance", { NEXTAUTH_SECRET: "the secret of that server" }, sealed, sealing],
  ["another purpose", keeper, sealed, { ...sealing, purpose: "something else" }],
  ["beside something else", keeper, sealed, { ...sealing, of: "https://evil.example.com/" }],
  ["one bit changed", keeper, flip(sealed), sealing],
  ["cut off", keeper, sealed.slice(0, 20), sealing],
  ["never sealed", keeper, "whsec_in the clear", sealing],
  ["empty", keeper, "", sealing],
])("stays shut: %s", (_what, by, text, how) => {
  expect(unseal(by, text, how)).toBeNull();
});

test("without a secret of the instance it says which setting is missing", () => {
  expect(() => seal({ NEXTAUTH_SECRET: undefined }, "text", sealing)).toThrow(/NEXTAUTH_SECRET/);
});

function flip(text: string): string {
  const bytes = Buffer.from(text.slice("sealed1:".length), "base64");
  bytes[14]! ^= 1;
  return `sealed1:${bytes.toString("base64")}`;
}
