/** What the headers of a request tell about where it came from. */

/**
 * Address of the caller. Next puts the connection's own address into X-Forwarded-For where there is none; each trusted
 * proxy appends the address it saw. Entries before those are the caller's own words and are not believed.
 */
export function clientIp(headers: Headers, trustedProxies: number): string {
  const entries = (headers.get("x-forwarded-for") ?? "").split(",").map((entry) => entry.trim());
  return entries.at(-Math.max(1, trustedProxies)) || entries[0] || "unknown";
}

/**
 * Whether a browser sent the request from one of our own pages, or no browser sent it. Browsers say so themselves, and
 * pages cannot change what they say.
 * @param ownUrl where people find us, if it differs from the Host header (behind a proxy)
 */
export function isSameOrigin(headers: Headers, ownUrl: string | undefined): boolean {
  const site = headers.get("sec-fetch-site");
  if (site) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  if (!origin) return true;
  if (!URL.canParse(origin)) return false;
  const { host } = new URL(origin);
  return host === headers.get("host") || (ownUrl !== undefined && host === new URL(ownUrl).host);
}
