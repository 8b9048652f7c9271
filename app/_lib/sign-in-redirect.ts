// Sends a visitor whose session is missing or over to the sign-in page, and remembers where they were.

const HERE = "http://here.invalid";

/** The page to come back to, if it is one of ours; else the chat. Anything that could leave this host is refused. */
export function safeReturnPath(path: string | null | undefined): string {
  // Parsed as the browser will parse it: it drops tabs and takes a backslash for a slash.
  if (!path?.startsWith("/") || !URL.canParse(path, HERE)) return "/chat";
  const { origin, pathname, search, hash } = new URL(path, HERE);
  return origin === HERE && !pathname.startsWith("//") ? pathname + search + hash : "/chat";
}

/** The sign-in page that leads back to `path` afterwards. */
export const signInPath = (path: string) => `/sign-in?from=${encodeURIComponent(path)}`;

export function goToSignIn(): void {
  const { pathname, search } = window.location;
  if (pathname === "/sign-in" || pathname === "/sign-up") return;
  window.location.assign(signInPath(pathname + search));
}
