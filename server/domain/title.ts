/** A conversation's title, from the first thing said in it. */

const LONGEST = 60;

/** The first line with words in it, without Markdown's signs, cut at a word where there are words. */
export function titleFrom(prompt: string): string {
  const line = prompt
    .split("\n")
    .map((text) => text.replaceAll(/^[\s#>*\-`]+|[*`]+/g, "").trim())
    .find((text) => /[\p{L}\p{N}]/u.test(text));
  if (line === undefined) return [...prompt.trim()].slice(0, LONGEST).join("");
  const characters = [...line.replaceAll(/\s+/g, " ")];
  if (characters.length <= LONGEST) return characters.join("");
  const cut = characters.slice(0, LONGEST - 1).join("");
  const lastSpace = cut.lastIndexOf(" ");
  // Chinese has no spaces; a cut far from the end would lose too much.
  return `${(lastSpace > LONGEST / 2 ? cut.slice(0, lastSpace) : cut).trimEnd()}…`;
}
