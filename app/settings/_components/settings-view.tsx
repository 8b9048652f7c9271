// All settings on one page: who you are, how Hone looks and speaks, and keys for programs.
"use client";
import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Brand } from "../../_components/brand.tsx";
import { SkipLink } from "../../_components/skip-link.tsx";
import { UserMenu } from "../../_components/user-menu.tsx";
import { ApiKeys } from "./api-keys.tsx";
import { Appearance } from "./appearance.tsx";
import { Profile } from "./profile.tsx";

export function SettingsView() {
  const t = useTranslations("settings");
  const common = useTranslations("common");
  return (
    <>
      <SkipLink />
      <header className="flex h-14 items-center justify-between border-b pr-3 pl-4">
        <Brand />
        <UserMenu here="settings" />
      </header>
      <main id="content" className="mx-auto w-full max-w-[720px] space-y-6 px-4 py-8">
        <div>
          <Link
            href="/chat"
            className="inline-flex items-center gap-1 rounded-sm text-quiet text-sm underline-offset-2 hover:text-ink hover:underline"
          >
            <ArrowLeft aria-hidden className="size-3.5" />
            {common("backToChat")}
          </Link>
          <h1 className="mt-3 font-semibold text-2xl tracking-tight">{t("title")}</h1>
        </div>
        <Profile />
        <Appearance />
        <ApiKeys />
      </main>
    </>
  );
}
