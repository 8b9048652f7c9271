/** Where the caller is signed in. */

import { endOtherSessions, endOwnSession, listSessions } from "../../domain/session.ts";
import { router, userProcedure } from "../trpc.ts";
import { oneId } from "./input.ts";

export const sessionRouter = router({
  list: userProcedure.query(({ ctx }) => listSessions(ctx.services.db, ctx.viewer.id, ctx.session?.id ?? null)),
  end: userProcedure.input(oneId).mutation(({ ctx, input }) => endOwnSession(ctx.services.db, ctx.viewer.id, input.id)),
  endOthers: userProcedure.mutation(({ ctx }) => endOtherSessions(ctx.services.db, ctx.viewer.id, ctx.session)),
});
