/** Who did what, and when. */

import { z } from "zod";
import { listAudit } from "../../domain/audit.ts";
import { AUDIT_SUBJECT, auditAreas, SYSTEM_ACTOR } from "../../domain/views/audit.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor, id } from "./input.ts";

const filter = z.object({
  area: z.enum(auditAreas).optional(),
  actorId: z.union([id, z.literal(SYSTEM_ACTOR)]).optional(),
  subject: z.string().regex(AUDIT_SUBJECT).optional(),
  cursor,
});

export const auditRouter = router({
  list: adminProcedure
    .input(filter.optional())
    .query(({ ctx, input: { cursor, ...filter } = {} }) => listAudit(ctx.services.db, filter, cursor)),
});
