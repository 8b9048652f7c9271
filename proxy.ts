// Gives every page a Content-Security-Policy with a fresh nonce, so that only scripts this server wrote may run.
import { type NextRequest, NextResponse } from "next/server";

const development = process.env.NODE_ENV === "development";

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'self'",
    // React's development build evaluates strings to show server stacks in the browser.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    // Positioned elements (menus, charts, toasts) carry style attributes and inject small style sheets.
    "style-src 'self' 'unsafe-inline'",
    // Replies may show pictures, but never from another host: a picture's address could carry the conversation away.
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

export function proxy(request: NextRequest): NextResponse {
  const nonce = btoa(crypto.randomUUID());
  const policy = contentSecurityPolicy(nonce);
  // Next reads the nonce from the request's own header and puts it on the scripts it writes.
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

/** Pages only: interfaces answer with JSON or streams, static files need no policy. */
export const config = {
  matcher: ["/((?!api/|v1/|_next/static|_next/image|icon.svg|favicon.ico).*)"],
};
