/** The states of a Message and which may follow which. */

import type { MessageStatus } from "../../prisma/generated/enums.ts";

export const NEXT_MESSAGE_STATUS = {
  PENDING: ["STREAMING", "COMPLETE", "INTERRUPTED", "FAILED"],
  STREAMING: ["COMPLETE", "INTERRUPTED", "FAILED"],
  COMPLETE: [],
  INTERRUPTED: [],
  FAILED: [],
} as const satisfies Record<MessageStatus, readonly MessageStatus[]>;

export const isFinal = (status: MessageStatus): boolean => NEXT_MESSAGE_STATUS[status].length === 0;

/** States of a reply that somebody still owes. Every write that goes on or ends a reply names them. */
export const UNFINISHED = ["PENDING", "STREAMING"] as const satisfies readonly MessageStatus[];
