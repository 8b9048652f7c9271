/** What every procedure is given: the caller, the services of this process, and where the call came from. */

import { getViewer } from "../auth.ts";
import { clientIp, isSameOrigin } from "../client.ts";
import { type Services, services } from "../services.ts";
import type { Viewer } from "../viewer.ts";

export interface ApiContext {
  /** Read from the database for this call; null for visitors and for people who were disabled. */
  viewer: Viewer | null;
  services: Services;
  /** Address of the caller, for rate limits. */
  ip: string;
  /** False when a browser says that another site's page made the call. */
  sameOrigin: boolean;
}

export async function createContext(request: Request): Promise<ApiContext> {
  const own = services();
  return {
    viewer: await getViewer(),
    services: own,
    ip: clientIp(request.headers, own.env.TRUSTED_PROXIES),
    sameOrigin: isSameOrigin(request.headers, own.env.NEXTAUTH_URL),
  };
}
