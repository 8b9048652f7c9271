/** Reads the numbers in a text: ASCII and full-width digits, thousands separators, and Chinese numerals. */

/**
 * A sign, digits with or without separators of three, decimals, an exponent. A minus behind a digit, a bracket or a
 * letter takes away and is no sign: 10-3 and x-3 end in 3.
 */
const NUMBER = /(?:(?<![\d.)\]] ?)(?<![a-z])-)?(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d+)?(?:e[+-]?\d+)?/giu;

/**
 * The last number in `text`, or null. Chinese numerals (二十三, 一百零五, 三点五) count only where there are no digits,
 * since 一 is part of many words.
 */
export function lastNumber(text: string): number | null {
  // Compatibility composition turns full-width digits and signs into ASCII.
  const plain = text.normalize("NFKC").replace(/[−–]/gu, "-");
  const found = plain.match(NUMBER)?.at(-1);
  if (found !== undefined) return Number(found.replaceAll(",", ""));
  const chinese = plain.match(/负?[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?/gu)?.at(-1);
  return chinese === undefined ? null : chineseNumber(chinese);
}

const DIGITS = "零一二三四五六七八九";
const UNITS: Record<string, number> = { 十: 10, 百: 100, 千: 1000 };
const MYRIADS: Record<string, number> = { 万: 1e4, 亿: 1e8 };

function chineseNumber(numeral: string): number {
  const [whole, decimals = ""] = numeral.replace("负", "").replaceAll("两", "二").replaceAll("〇", "零").split("点");
  const magnitude = wholeNumber(whole!) + Number(`0.${digitsOf(decimals) || "0"}`);
  return numeral.startsWith("负") ? -magnitude : magnitude;
}

const digitsOf = (characters: string) => [...characters].map((character) => DIGITS.indexOf(character)).join("");

function wholeNumber(characters: string): number {
  // 二〇二六: read out digit by digit, as years are.
  if (![...characters].some((character) => character in UNITS || character in MYRIADS))
    return Number(digitsOf(characters));
  let [total, section, digit] = [0, 0, 0];
  for (const character of characters) {
    if (character in MYRIADS) {
      const ofSection = section + digit || (total === 0 ? 1 : 0);
      // 一亿二千万: the smaller myriad counts its own section, 十万亿 multiplies what stands before.
      total =
        MYRIADS[character]! > 1e4 ? (total + ofSection) * MYRIADS[character]! : total + ofSection * MYRIADS[character]!;
      section = 0;
      digit = 0;
    } else if (character in UNITS) {
      // 十五 has no 一 before its ten.
      section += (digit || 1) * UNITS[character]!;
      digit = 0;
    } else digit = DIGITS.indexOf(character);
  }
  return total + section + digit;
}
