/** The tags that a rater may add to a thumb, until an admin configures others. */

import type { FeedbackReasonView } from "./views.ts";

const reason = (key: string, sign: 1 | -1, en: string, zh: string): FeedbackReasonView => ({
  key,
  sign,
  label: { en, zh },
});

export const DEFAULT_REASONS: FeedbackReasonView[] = [
  reason("correct", 1, "Correct", "内容正确"),
  reason("helpful", 1, "Helpful", "有帮助"),
  reason("clear", 1, "Clear", "清楚"),
  reason("right-length", 1, "Right length", "长短合适"),
  reason("good-tone", 1, "Good tone", "语气好"),
  reason("wrong", -1, "Wrong", "内容错误"),
  reason("not-helpful", -1, "Not helpful", "没有帮助"),
  reason("off-topic", -1, "Off topic", "答非所问"),
  reason("too-long", -1, "Too long", "太长"),
  reason("too-short", -1, "Too short", "太短"),
  reason("unsafe", -1, "Unsafe", "不安全"),
  reason("bad-tone", -1, "Bad tone", "语气不好"),
];
