// The languages the pages know, the message areas of each, and how a request's language is chosen.

export const LOCALES = ["en", "zh"] as const;
export type Locale = (typeof LOCALES)[number];

/** Each language by its own name, as a switcher shows it. */
export const LOCALE_NAMES: Record<Locale, string> = { en: "English", zh: "简体中文" };

/** One file per area in messages/<locale>/. */
export const AREAS = [
  "common",
  "errors",
  "auth",
  "chat",
  "settings",
  "admin",
  "training",
  "annotate",
  "annotation",
  "data",
  "schedule",
  "gate",
  "traffic",
  "registry",
  "operations",
] as const;

export const LOCALE_COOKIE = "hone-locale";

const isLocale = (value: string | undefined): value is Locale => LOCALES.some((locale) => locale === value);

/**
 * The cookie if it names a known language; else the first known language of Accept-Language by quality; else English.
 * Any Chinese ("zh-TW", "zh-Hans-CN") is "zh", since one Chinese is all there is.
 */
export function negotiateLocale(cookie: string | undefined, acceptLanguage: string | null): Locale {
  if (isLocale(cookie)) return cookie;
  const wanted = (acceptLanguage ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().split(";");
      const quality = parameters.map((p) => p.trim()).find((p) => p.startsWith("q="));
      return { language: tag.trim().toLowerCase().split("-")[0], quality: quality ? Number(quality.slice(2)) : 1 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return wanted.map(({ language }) => language).find(isLocale) ?? "en";
}
