// Sorts conversations under "Today", "Yesterday", "Previous 7 days" and then months.

export type DayGroup<T> = { key: "today" | "yesterday" | "week" | `${number}-${number}`; date: Date; items: T[] };

/** Midnight at the start of the day, in the reader's zone. */
const startOfDay = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());

function groupKey(date: Date, now: Date): DayGroup<unknown>["key"] {
  // Rounded, since a day with a clock change has 23 or 25 hours.
  const days = Math.round((startOfDay(now).getTime() - startOfDay(date).getTime()) / 86_400_000);
  if (days <= 0) return "today";
  if (days === 1) return "yesterday";
  if (days <= 7) return "week";
  return `${date.getFullYear()}-${date.getMonth() + 1}`;
}

/** Groups in the order of the items, which come newest first. */
export function groupByDay<T extends { updatedAt: Date }>(items: readonly T[], now: Date): DayGroup<T>[] {
  const groups: DayGroup<T>[] = [];
  for (const item of items) {
    const key = groupKey(item.updatedAt, now);
    const last = groups.at(-1);
    if (last?.key === key) last.items.push(item);
    else groups.push({ key, date: item.updatedAt, items: [item] });
  }
  return groups;
}
