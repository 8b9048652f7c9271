// What every settings page stands in: header, the way back, the title, and links between the pages.
"use client";
import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Brand } from "../../_components/brand.tsx";
import { SkipLink } from "../../_components/skip-link.tsx";
import { UserMenu } from "../../_components/user-menu.tsx";

const PAGES = [
  { key: "general", href: "/settings" },
  { key: "feedback", href: "/settings/feedback" },
  { key: "privacy", href: "/settings/privacy" },
  { key: "security", href: "/settings/security" },
] as const;

export function SettingsFrame({ children }: { children: ReactNode }) {
  const t = useTranslations("settings");
  const common = useTranslations("common");
  const pathname = usePathname();
  return (
    <>
      <SkipLink />
      <header className="flex h-14 items-center justify-between border-b pr-3 pl-4">
        <Brand />
        <UserMenu here="settings" />
      </header>
      <main id="content" className="mx-auto w-full max-w-[720px] px-4 py-8">
        <Link
          href="/chat"
          className="inline-flex items-center gap-1 rounded-sm text-quiet text-sm underline-offset-2 hover:text-ink hover:underline"
        >
          <ArrowLeft aria-hidden className="size-3.5" />
          {common("backToChat")}
        </Link>
        <h1 className="mt-3 font-semibold text-2xl tracking-tight">{t("title")}</h1>
        <nav aria-label={t("title")} className="mt-4 mb-6 flex gap-1 overflow-x-auto border-b">
          {PAGES.map(({ key, href }) => (
            <Link
              key={key}
              href={href}
              aria-current={pathname === href ? "page" : undefined}
              className="-mb-px whitespace-nowrap border-transparent border-b-2 px-3 py-2 text-quiet text-sm hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink"
            >
              {t(`pages.${key}`)}
            </Link>
          ))}
        </nav>
        <div className="space-y-6">{children}</div>
      </main>
    </>
  );
}
