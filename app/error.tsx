// Shown when a page itself breaks: what to do now, and a reference that the server's log also carries.
"use client";
import { useTranslations } from "next-intl";
import { Button } from "./_components/ui/button.tsx";

export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const t = useTranslations("common");
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-2 p-6 text-center">
      <h1 className="font-semibold text-xl">{t("pageErrorTitle")}</h1>
      <p className="max-w-sm text-quiet">{t("pageErrorText")}</p>
      {error.digest && <p className="font-mono text-faint text-xs">{t("reference", { digest: error.digest })}</p>}
      <Button className="mt-4" onClick={reset}>
        {t("tryAgain")}
      </Button>
    </main>
  );
}
