// Shown for an address that leads nowhere, or to something that is not the viewer's.
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Button } from "./_components/ui/button.tsx";

export default async function NotFound() {
  const t = await getTranslations("common");
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-2 p-6 text-center">
      <h1 className="font-semibold text-xl">{t("notFoundTitle")}</h1>
      <p className="max-w-sm text-quiet">{t("notFoundText")}</p>
      <Button asChild className="mt-4">
        <Link href="/chat">{t("backToChat")}</Link>
      </Button>
    </main>
  );
}
