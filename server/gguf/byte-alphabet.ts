/** The byte-level alphabet of GPT-2 style tokenizers: one printable character for every byte. */

/** Character for each byte, [256]. Printable Latin-1 stands for itself; the other bytes take characters from U+0100 on. */
export function byteAlphabet(): string[] {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
}

const ALPHABET = byteAlphabet();

/** UTF-8 bytes of a text in the alphabet, one character per byte. */
export const toByteCharacters = (text: string): string[] =>
  Array.from(Buffer.from(text, "utf8"), (byte) => ALPHABET[byte]!);
