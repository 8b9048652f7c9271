/** Placeholder: making an account. */

import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";

export interface SignUpInput {
  email: string;
  name: string;
  password: string;
  ip: string;
}

export async function signUp(_services: Services, _input: SignUpInput): Promise<{ id: string }> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
