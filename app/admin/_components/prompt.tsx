// A prompt as it is judged or answered: its last turn, with what was said before folded away.
"use client";
import { useTranslations } from "next-intl";

type Turn = { role: "USER" | "ASSISTANT" | "SYSTEM"; content: string };

export function Prompt({ turns }: { turns: readonly Turn[] }) {
  const t = useTranslations("admin.pairs");
  const before = turns.slice(0, -1);
  return (
    <>
      {before.length > 0 && (
        <details className="mb-1 text-sm">
          <summary className="w-fit cursor-pointer rounded-sm text-faint text-xs hover:text-ink">
            {t("earlier", { count: before.length })}
          </summary>
          <ol className="mt-1 mb-2 space-y-1 border-l-2 pl-3 text-quiet">
            {before.map((turn, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: turns of a conversation never change their place
              <li key={i} className="whitespace-pre-wrap break-words">
                <span className="font-medium">{t(`speaker.${turn.role}`)}: </span>
                {turn.content}
              </li>
            ))}
          </ol>
        </details>
      )}
      <p className="whitespace-pre-wrap break-words font-medium">{turns.at(-1)?.content}</p>
    </>
  );
}
