/** next-auth's own addresses: sign in, sign out, callbacks, session. */

import NextAuth from "next-auth";
import { authOptions } from "../../../../server/auth.ts";

type Context = { params: Promise<{ nextauth: string[] }> };

const handler = (request: Request, context: Context) => NextAuth(request as never, context as never, authOptions(request));

export { handler as GET, handler as POST };
