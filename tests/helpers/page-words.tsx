// What a piece of a page says, drawn without a browser.
import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { AREAS, LOCALES, type Locale } from "../../server/locale.ts";

/** The moment at which pages are drawn. */
export const NOW = new Date("2026-05-01T12:00:00Z");

/** Every message by locale and area. */
export const messages = Object.fromEntries(
  await Promise.all(
    LOCALES.map(async (locale) => {
      const areas = AREAS.map(async (area) => {
        const file = await import(`../../messages/${locale}/${area}.json`, { with: { type: "json" } });
        return [area, file.default] as const;
      });
      return [locale, Object.fromEntries(await Promise.all(areas))] as const;
    }),
  ),
);

/** Its words, without its tags. Whatever has no words, or words that do not fit their values, fails. */
export function words(page: ReactNode, locale: Locale = "en"): string {
  const html = renderToStaticMarkup(
    <NextIntlClientProvider
      locale={locale}
      messages={messages[locale]}
      now={NOW}
      timeZone="UTC"
      onError={(error) => {
        throw error;
      }}
    >
      {page}
    </NextIntlClientProvider>,
  );
  return html
    .replace(/<[^>]*>/g, " ")
    .replace(/&#x27;/g, "'")
    .replace(/\s+/g, " ")
    .trim();
}
