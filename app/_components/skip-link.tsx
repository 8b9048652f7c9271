// The first stop of the Tab key on every page: past the navigation, to the element with the id "content".
"use client";
import { useTranslations } from "next-intl";

export function SkipLink() {
  const t = useTranslations("common");
  return (
    <a
      href="#content"
      className="sr-only z-50 rounded-lg bg-ink px-3 py-2 text-canvas text-sm focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
    >
      {t("skipToContent")}
    </a>
  );
}
