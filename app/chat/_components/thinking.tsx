// Three quiet dots between a prompt and the first word of its reply.
"use client";
import { useTranslations } from "next-intl";

export function Thinking() {
  const t = useTranslations("chat");
  return (
    <p className="flex h-6 items-center gap-1">
      <span className="sr-only">{t("thinking")}</span>
      {[0, 150, 300].map((delayMs) => (
        <span
          key={delayMs}
          aria-hidden
          className="size-1.5 animate-pulse rounded-full bg-faint"
          style={{ animationDelay: `${delayMs}ms` }}
        />
      ))}
    </p>
  );
}
