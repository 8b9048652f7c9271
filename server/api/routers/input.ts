/** Pieces of input schemas that several routers share. */

import { z } from "zod";

export const id = z.uuid();
/** Where a page of a list begins, as an earlier page's `nextCursor` said it. */
export const cursor = z.string().min(1).max(200).optional();
/** Chosen anew by the client for every act, and repeated when it tries again: the second time changes nothing. */
export const requestKey = z.string().regex(/^[\w:.-]{8,100}$/);
export const oneId = z.object({ id });
