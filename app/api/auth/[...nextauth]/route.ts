/** next-auth's own addresses: sign in, sign out, callbacks, session. */

import NextAuth from "next-auth";
import { authOptions, type Invites } from "../../../../server/auth.ts";
import { db } from "../../../../server/db.ts";
import { acceptInviteByEmail, isInvited } from "../../../../server/domain/invite.ts";
import { inRequest } from "../../../../server/request-scope.ts";

type Context = { params: Promise<{ nextauth: string[] }> };

const invites: Invites = {
  isInvited: (email) => isInvited(db(), email),
  accept: (person) => acceptInviteByEmail(db(), person),
};

const handler = (request: Request, context: Context) =>
  inRequest(request, "auth", () => NextAuth(request as never, context as never, authOptions(request, invites)));

export { handler as GET, handler as POST };
