/** Pieces of input schemas that several routers share. */

import { z } from "zod";
import { PASSWORD_LENGTH } from "../../password.ts";
import { plainText } from "../../plain-text.ts";

export const id = z.uuid();
export const emailInput = z.email().max(320).toLowerCase();
export const nameInput = plainText().pipe(z.string().trim().min(1).max(100));
export const newPassword = z.string().min(PASSWORD_LENGTH.least).max(PASSWORD_LENGTH.most);
/** Where a page of a list begins, as an earlier page's `nextCursor` said it. */
export const cursor = z.string().min(1).max(200).optional();
/** Chosen anew by the client for every act, and repeated when it tries again: the second time changes nothing. */
export const requestKey = z.string().regex(/^[\w:.-]{8,100}$/);
export const oneId = z.object({ id });
/** Keys of tags; which there are is a setting, so the domain checks them. */
export const feedbackReasons = z.array(z.string().max(40)).max(40);
export const feedbackComment = plainText().pipe(z.string().trim().max(2000)).nullish();
/** A reply and its place: 1 is best, equal ranks are ties. */
export const ranked = z.object({ messageId: id, rank: z.int().min(1).max(64) });
