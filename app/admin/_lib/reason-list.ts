// The list of tags for thumbs while it is edited: order, fresh keys, and what is wrong with a tag.

export interface Reason {
  key: string;
  sign: 1 | -1 | 0;
  label: { en: string; zh: string };
}

/** The list with one entry a place further up (−1) or down (1); as it was where there is no further. */
export function moved<T>(list: readonly T[], index: number, by: 1 | -1): T[] {
  const next = [...list];
  const [one] = next.splice(index, 1);
  if (one === undefined || index + by < 0 || index + by >= list.length) return [...list];
  next.splice(index + by, 0, one);
  return next;
}

/** A key that no tag of the list has. Keys are stored with thumbs and never shown. */
export function newKey(list: readonly Reason[]): string {
  const taken = new Set(list.map(({ key }) => key));
  let number = list.length + 1;
  while (taken.has(`tag-${number}`)) number++;
  return `tag-${number}`;
}

/** A tag needs words in both languages, and no other tag may say the same of the same thumb. */
export function reasonFault(reason: Reason, list: readonly Reason[]): "empty" | "twice" | null {
  const { en, zh } = reason.label;
  if (en.trim() === "" || zh.trim() === "") return "empty";
  const same = (other: Reason) =>
    other.key !== reason.key &&
    other.sign === reason.sign &&
    (other.label.en.trim() === en.trim() || other.label.zh.trim() === zh.trim());
  return list.some(same) ? "twice" : null;
}
