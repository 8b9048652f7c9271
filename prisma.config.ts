/** Tells Prisma's command line where schema, migrations and database are. */

import { defineConfig } from "prisma/config";

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  // Not Prisma's env(): it throws when the variable is unset, and `prisma generate` needs no database.
  datasource: { url: process.env.DATABASE_URL ?? "", shadowDatabaseUrl: process.env.SHADOW_DATABASE_URL },
});
