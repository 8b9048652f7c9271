/** The tags a rater may add to a thumb; the pages translate the keys. */

export const FEEDBACK_REASONS = [
  "correct",
  "helpful",
  "clear",
  "right-length",
  "good-tone",
  "wrong",
  "not-helpful",
  "off-topic",
  "too-long",
  "too-short",
  "unsafe",
  "bad-tone",
] as const;

export type FeedbackReason = (typeof FEEDBACK_REASONS)[number];
