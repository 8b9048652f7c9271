/** How long something that has happened and settled itself is told on the overview. */

export const NEWS_DAYS = 14;

const DAY_MS = 86_400_000;

export const isNews = (at: Date, now: Date): boolean => now.getTime() - at.getTime() < NEWS_DAYS * DAY_MS;
