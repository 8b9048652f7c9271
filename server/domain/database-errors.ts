/** Which of PostgreSQL's refusals a Prisma error stands for. */

import { Prisma } from "../../prisma/generated/client.ts";

/** A row with that key is there already. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
