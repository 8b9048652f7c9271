// What someone sees at a door their role does not open, with the way back.
import { Lock } from "lucide-react";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Brand } from "./brand.tsx";
import { Button } from "./ui/button.tsx";
import { UserMenu } from "./user-menu.tsx";

export async function NoEntry({ title, text }: { title: string; text: string }) {
  const t = await getTranslations("common");
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex h-14 items-center justify-between border-b px-4">
        <Brand />
        <UserMenu />
      </header>
      <main className="flex flex-1 flex-col items-center justify-center gap-2 p-6 text-center">
        <Lock aria-hidden className="mb-1 size-5 text-faint" />
        <h1 className="font-semibold text-xl">{title}</h1>
        <p className="max-w-sm text-balance text-quiet">{text}</p>
        <Button asChild className="mt-4">
          <Link href="/chat">{t("backToChat")}</Link>
        </Button>
      </main>
    </div>
  );
}
