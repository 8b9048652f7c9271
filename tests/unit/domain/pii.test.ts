// Private data by pattern and check digit: what must be found, what must not, and how long the worst text may take.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findPii, redact } from "../../../server/domain/pii.ts";
import { PII_KINDS } from "../../../server/domain/views.ts";

const found = (text: string) => findPii(text).map(({ kind, start, end }) => [kind, text.slice(start, end)]);

test.each([
  ["email", "Write to Ann.Lee+x@mail.example.co.uk, please.", "Ann.Lee+x@mail.example.co.uk"],
  ["email", "我的邮箱是test@example.cn。", "test@example.cn"],
  ["phone", "Call +49 151 2345 6789 today.", "+49 151 2345 6789"],
  ["phone", "(555) 123-4567 is mine", "(555) 123-4567"],
  ["phone", "电话13812345678。", "13812345678"],
  ["card", "Card: 4111 1111 1111 1111, exp 12/30", "4111 1111 1111 1111"],
  ["card", "378282246310005", "378282246310005"],
  ["iban", "IBAN DE89 3704 0044 0532 0130 00.", "DE89 3704 0044 0532 0130 00"],
  ["iban", "GB82WEST12345698765432", "GB82WEST12345698765432"],
  ["ip", "from 203.0.113.77:8080", "203.0.113.77"],
  ["ip", "at 2001:db8:0:0:0:0:0:1 now", "2001:db8:0:0:0:0:0:1"],
  ["id-number", "SSN 123-45-6789", "123-45-6789"],
  ["id-number", "身份证 11010519491231002X", "11010519491231002X"],
  ["address", "I live at 221b Baker Street, London", "221b Baker Street"],
  ["address", "Sie wohnt in der Lindenstraße 12a.", "Lindenstraße 12a"],
  ["address", "北京市朝阳区建国路88号", "北京市朝阳区建国路88号"],
  ["secret", `key sk-${"a1B2".repeat(8)} ok`, `sk-${"a1B2".repeat(8)}`],
  ["secret", "password: hunter2!x", "hunter2!x"],
  ["secret", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"],
  ["url-with-credentials", "postgres://ann:pw@db.example.com/x", "postgres://ann:pw@db.example.com/x"],
])("%s is found in %s", (kind, text, expected) => {
  expect(found(text)).toEqual([[kind, expected]]);
});

test.each([
  "It was 2026-11-22 at 12:30.",
  "Version 1.2.3.4567 and 10.0",
  "Pi is 3.14159265358979323846",
  "1234 5678 9012 3456 is no card",
  "DE00 3704 0044 0532 0130 00 is no IBAN",
  "999.1.2.3 and 127.0.0.1 are nobody's",
  "666-12-3456",
  "In 1998 there were 1,000,000 people; in 2020 2,500,000.",
  "a@b and user@localhost",
  "Use the password you were given.",
  "110105194912310021",
])("nothing is found in %s", (text) => {
  expect(found(text)).toEqual([]);
});

describe("redacting", () => {
  test("replaces what was asked for and nothing else", () => {
    const text = "Ann <ann@example.com> has 4111 1111 1111 1111 and 203.0.113.77.";
    expect(redact(text, findPii(text))).toBe("Ann <[EMAIL]> has [CARD] and [IP].");
    expect(redact(text, findPii(text, ["email"]))).toBe("Ann <[EMAIL]> has 4111 1111 1111 1111 and 203.0.113.77.");
    // The card is no telephone number either.
    expect(redact(text, findPii(text, ["phone"]))).toBe(text);
  });

  test("of any text leaves nothing to find, and the rest as it was", () => {
    const parts = [
      "ann@example.com",
      "+49 151 2345 6789",
      "4111111111111111",
      "x",
      "你好",
      " ",
      ", ",
      "203.0.113.77",
      "😀",
    ];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...parts), fc.string({ maxLength: 6 })), { maxLength: 8 }),
        (words) => {
          const text = words.join(" ");
          const matches = findPii(text);
          for (const [i, { start, end }] of matches.entries()) {
            expect(start).toBeLessThan(end);
            expect(start).toBeGreaterThanOrEqual(matches[i - 1]?.end ?? 0);
          }
          const kinds = new Set(findPii(redact(text, matches)).map(({ kind }) => kind));
          for (const kind of ["email", "card", "ip"] as const) expect(kinds).not.toContain(kind);
        },
      ),
    );
  });

  test("every kind has a text it is found in", () => {
    const text = `a@example.com +49 151 2345 6789, 4111 1111 1111 1111; GB82WEST12345698765432 203.0.113.7 123-45-6789
      221b Baker Street password=abcdef1 ftp://a:b@example.com/`;
    expect(new Set(findPii(text).map(({ kind }) => kind))).toEqual(new Set(PII_KINDS));
  });
});

// A pattern that backtracks takes hours for one of these, not seconds: the runner's own limit ends it.
test.each(["a", "1", "1 ", "a.", "@", "a@", "-----BEGIN ", "1.", "A", "sk-", "::", "http://", "password:", "路", "(1"])(
  "a text of 300,000 characters of %j is gone through",
  (unit) => {
    const text = unit.repeat(300_000 / unit.length);
    expect(findPii(text)).toBeInstanceOf(Array);
  },
);
