/** Placeholder: follows a reply while it is spoken. */

import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import type { MessageView } from "./views.ts";

export type MessageStreamEvent =
  | { type: "delta"; text: string; seq: number }
  | { type: "end"; message: MessageView; seq: number };

// biome-ignore lint/correctness/useYield: placeholder
export async function* followMessage(
  _services: Services,
  _viewerId: string,
  _input: { messageId: string; after: number },
  _signal: AbortSignal,
): AsyncGenerator<MessageStreamEvent> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
