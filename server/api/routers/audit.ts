/** Who did what, and when. */

import { z } from "zod";
import { listAudit } from "../../domain/audit.ts";
import { auditAreas, SYSTEM } from "../../domain/views/audit.ts";
import { adminProcedure, router } from "../trpc.ts";
import { cursor, id } from "./input.ts";

const filter = z.object({
  area: z.enum(auditAreas).optional(),
  actorId: z.union([id, z.literal(SYSTEM)]).optional(),
  subject: z.string().max(200).optional(),
  cursor,
});

export const auditRouter = router({
  list: adminProcedure
    .input(filter.optional())
    .query(({ ctx, input: { cursor, ...filter } = {} }) => listAudit(ctx.services.db, filter, cursor)),
});
