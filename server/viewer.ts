/** Who is asking, and from which session: the parts that permissions need. */

import type { Role } from "../prisma/generated/enums.ts";

/** The device that is asking. */
export interface ViewerSession {
  id: string;
  /** When the password, or the provider, was last asked. */
  authenticatedAt: Date;
}

export interface Viewer {
  id: string;
  email: string;
  name: string | null;
  role: Role;
}
