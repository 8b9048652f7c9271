// Picks the language of a request (cookie first, then Accept-Language) and loads its messages.
import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { AREAS, LOCALE_COOKIE, type Locale, negotiateLocale } from "./locale.ts";

/** All message areas of one language as one object, keyed by area. */
async function loadMessages(locale: Locale) {
  const areas = await Promise.all(
    AREAS.map(async (area) => [area, (await import(`../messages/${locale}/${area}.json`)).default] as const),
  );
  return Object.fromEntries(areas);
}

export default getRequestConfig(async () => {
  const locale = negotiateLocale((await cookies()).get(LOCALE_COOKIE)?.value, (await headers()).get("accept-language"));
  return { locale, messages: await loadMessages(locale) };
});
