/** A reply as somebody says it should have been: a sibling Message, the Edit row, and the pair that follows. */

import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError } from "../errors.ts";
import type { MessageView } from "./views.ts";

interface EditInput {
  messageId: string;
  content: string;
  requestKey: string;
}

export async function editReply(
  _services: { db: Db; env: Pick<Env, "MAX_MESSAGE_CHARACTERS"> },
  _viewerId: string,
  _input: EditInput,
): Promise<MessageView> {
  throw new AppError("NOT_IMPLEMENTED", "Editing replies is not built yet.");
}

export async function withdrawEdit(_db: Db, _viewerId: string, _messageId: string): Promise<{ messageId: string }> {
  throw new AppError("NOT_IMPLEMENTED", "Editing replies is not built yet.");
}
