/** Deleting one's own account: an erasure that the person asks for, confirmed by the password or the email. */

import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import type { Viewer } from "../viewer.ts";

/** `password` where the account has one, else `email`, typed again. */
export interface DeleteConfirmation {
  password?: string;
  email?: string;
}

export async function deleteAccount(
  _services: Pick<Services, "db" | "env">,
  _viewer: Pick<Viewer, "id" | "email">,
  _confirmation: DeleteConfirmation,
): Promise<{ deleted: true }> {
  throw new AppError("NOT_IMPLEMENTED", "Deleting one's account is not built yet.");
}
