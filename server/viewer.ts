/** Who is asking: the part of a User that permissions need. */

import type { Role } from "../prisma/generated/enums.ts";

export interface Viewer {
  id: string;
  email: string;
  name: string | null;
  role: Role;
}
