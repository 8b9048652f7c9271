/** Ids and keys that follow from what was asked, so that asking twice finds what the first time made. */

import { createHash } from "node:crypto";

/** A uuid (version 8) that is the same for the same parts. */
export function uuidFrom(...parts: string[]): string {
  const bytes = createHash("sha256").update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Prompt and reply come of one request; each has its own key in the conversation. */
export const replyKey = (requestKey: string) => `reply:${requestKey}`;
export const promptKey = (requestKey: string) => `prompt:${requestKey}`;
/** Of the drafts after the first, which has the reply's key. */
export const draftKey = (requestKey: string, draft: number) => `draft${draft}:${requestKey}`;
export const editKey = (requestKey: string) => `edit:${requestKey}`;
