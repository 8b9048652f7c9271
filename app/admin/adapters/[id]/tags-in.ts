// Tags as somebody types them: with commas of either script between, small letters, each once, none longer than is kept.

const LONGEST = 40;
const MOST = 20;

export const tagsIn = (text: string): string[] =>
  [
    ...new Set(
      text
        .split(/[,，、\n]/)
        .map((tag) => tag.trim().toLowerCase().slice(0, LONGEST).trim())
        .filter(Boolean),
    ),
  ].slice(0, MOST);
