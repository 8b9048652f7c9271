// The guard of pages that need an account, on the server, before anything is drawn.
import { redirect } from "next/navigation";
import { getViewer } from "../../server/auth.ts";
import type { Viewer } from "../../server/viewer.ts";
import { signInPath } from "./sign-in-redirect.ts";

/** The viewer; visitors are sent to sign in and come back to `path`. */
export async function requireViewer(path: string): Promise<Viewer> {
  return (await getViewer()) ?? redirect(signInPath(path));
}
