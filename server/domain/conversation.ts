/** Placeholder: the functions of conversation with their final types. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { ConversationSummary, ConversationView, Page } from "./views.ts";

export async function listConversations(
  _db: Db,
  _viewerId: string,
  _input: { search?: string; cursor?: string; limit: number },
): Promise<Page<ConversationSummary>> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function getConversation(_db: Db, _viewerId: string, _id: string): Promise<ConversationView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function renameConversation(
  _db: Db,
  _viewerId: string,
  _input: { id: string; title: string },
): Promise<ConversationSummary> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function deleteConversation(_db: Db, _viewerId: string, _id: string): Promise<{ id: string }> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function restoreConversation(_db: Db, _viewerId: string, _id: string): Promise<ConversationSummary> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
