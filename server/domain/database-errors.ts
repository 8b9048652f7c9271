/** Which of PostgreSQL's refusals a Prisma error stands for. */

import { Prisma } from "../../prisma/generated/client.ts";

/** A row with that key is there already. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";

/** A trigger saw that an example's conversation was opted out of training while the example was being frozen (migration 0003). */
export const isOptOutRefusal = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError &&
  /opted out of training/.test(`${error.message} ${JSON.stringify(error.meta)}`);
