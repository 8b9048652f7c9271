/** How next-auth keeps people who come through a provider: in our User and Account tables, without the provider's tokens. */

import type { Adapter, AdapterAccount, AdapterUser } from "next-auth/adapters";
import type { Db } from "./db.ts";

const USER = { id: true, email: true, emailVerified: true, name: true, image: true } as const;

/** The parts of next-auth's adapter that sessions in cookies need. */
export function authAdapter(db: Db): Adapter {
  return {
    async createUser({ email, emailVerified, name, image }: Omit<AdapterUser, "id">) {
      return db.user.create({ data: { email: email.toLowerCase(), emailVerified, name, image }, select: USER });
    },
    getUser: (id) => db.user.findUnique({ where: { id }, select: USER }),
    getUserByEmail: (email) => db.user.findUnique({ where: { email: email.toLowerCase() }, select: USER }),
    async getUserByAccount({ provider, providerAccountId }) {
      const account = await db.account.findUnique({
        where: { provider_providerAccountId: { provider, providerAccountId } },
        select: { user: { select: USER } },
      });
      return account?.user ?? null;
    },
    async linkAccount({ userId, type, provider, providerAccountId }: AdapterAccount) {
      await db.account.create({ data: { userId, type, provider, providerAccountId } });
    },
  };
}
