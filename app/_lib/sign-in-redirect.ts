// Sends a visitor whose session is missing or over to the sign-in page, and remembers where they were.

/** The page to come back to, if it is one of ours; else the chat. Anything that could leave this host is refused. */
export function safeReturnPath(path: string | null | undefined): string {
  if (!path?.startsWith("/") || path.startsWith("//") || path.startsWith("/\\")) return "/chat";
  return path;
}

export function goToSignIn(): void {
  const { pathname, search } = window.location;
  if (pathname === "/sign-in" || pathname === "/sign-up") return;
  window.location.assign(`/sign-in?from=${encodeURIComponent(pathname + search)}`);
}
