// The viewer's language and theme, as values with a setter.
"use client";
import { useRouter } from "next/navigation";
import { useLocale } from "next-intl";
import { useTheme } from "next-themes";
import { useSyncExternalStore } from "react";
import { LOCALE_COOKIE, type Locale } from "../../server/locale.ts";

const YEAR_SECONDS = 365 * 24 * 3600;

export function useLocaleChoice(): [Locale, (locale: Locale) => void] {
  const router = useRouter();
  const choose = (locale: Locale) => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and on plain http
    document.cookie = `${LOCALE_COOKIE}=${locale}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
    router.refresh();
  };
  return [useLocale(), choose];
}

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const isTheme = (value: string | undefined): value is Theme => THEMES.some((theme) => theme === value);
const subscribeToNothing = () => () => {};

/** "system" until the browser has told what was chosen before. */
export function useThemeChoice(): [Theme, (theme: Theme) => void] {
  const { theme, setTheme } = useTheme();
  const inBrowser = useSyncExternalStore(
    subscribeToNothing,
    () => true,
    () => false,
  );
  return [inBrowser && isTheme(theme) ? theme : "system", setTheme];
}
