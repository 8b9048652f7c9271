/** Stands where a procedure's body will be. */
import { AppError } from "../../errors.ts";

export async function notImplemented<Result>(): Promise<Result> {
  throw new AppError("NOT_IMPLEMENTED", "This is not built yet; update Hone.");
}
