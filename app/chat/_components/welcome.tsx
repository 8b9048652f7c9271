// A new conversation: three prompts to begin with, and how feedback is used.
"use client";
import { useTranslations } from "next-intl";
import { Consent } from "./consent.tsx";

const EXAMPLES = ["first", "second", "third"] as const;

export function Welcome({ onSend }: { onSend: (content: string) => void }) {
  const t = useTranslations("chat.welcome");
  return (
    <div className="flex flex-1 flex-col justify-center py-10">
      <h1 className="font-semibold text-2xl tracking-tight">{t("title")}</h1>
      <ul className="mt-6 grid gap-2 sm:grid-cols-3">
        {EXAMPLES.map((example) => (
          <li key={example}>
            <button
              type="button"
              className="h-full w-full rounded-lg border bg-surface px-3.5 py-3 text-left text-sm transition-colors hover:border-line-strong hover:bg-sunken"
              onClick={() => onSend(t(`example.${example}`))}
            >
              {t(`example.${example}`)}
            </button>
          </li>
        ))}
      </ul>
      <Consent />
    </div>
  );
}
