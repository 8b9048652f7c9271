/** What every procedure is given: the caller, the services of this process, and where the call came from. */

import { getCaller } from "../auth.ts";
import { readCaller } from "../auth-session.ts";
import { clientIp, isSameOrigin } from "../client.ts";
import { type Services, services } from "../services.ts";
import type { Viewer, ViewerSession } from "../viewer.ts";

export interface ApiContext {
  /** Read from the database for this call; null for visitors and for people who were disabled. */
  viewer: Viewer | null;
  /** The viewer's, read with them. */
  session: ViewerSession | null;
  /** Reads the viewer once more: null once the session is over. */
  viewerNow(): Promise<Viewer | null>;
  services: Services;
  /** Address of the caller, for rate limits. */
  ip: string;
  /** False when a browser says that another site's page made the call. */
  sameOrigin: boolean;
}

export async function createContext(request: Request): Promise<ApiContext> {
  const own = services();
  const caller = await getCaller();
  return {
    viewer: caller?.viewer ?? null,
    session: caller?.session ?? null,
    viewerNow: async () => (caller && (await readCaller(own.db, caller.session.id)))?.viewer ?? null,
    services: own,
    ip: clientIp(request.headers, own.env.TRUSTED_PROXIES),
    sameOrigin: isSameOrigin(request.headers, own.env.NEXTAUTH_URL),
  };
}
