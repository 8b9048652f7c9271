/** Placeholder: the functions of message with their final types. */

import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import type { MessageView } from "./views.ts";

export async function sendMessage(
  _services: Services,
  _viewerId: string,
  _input: { conversationId?: string; parentId: string | null; content: string; requestKey: string },
): Promise<{ conversationId: string; prompt: MessageView; reply: MessageView }> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function regenerateMessage(
  _services: Services,
  _viewerId: string,
  _input: { messageId: string; requestKey: string },
): Promise<MessageView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function stopMessage(_services: Services, _viewerId: string, _messageId: string): Promise<MessageView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
