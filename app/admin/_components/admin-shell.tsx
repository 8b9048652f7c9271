// The frame of every admin page: pages at the left, the loop on top, the page below.
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Brand } from "../../_components/brand.tsx";
import { UserMenu } from "../../_components/user-menu.tsx";
import { LoopStrip } from "./loop-strip.tsx";
import { NavMenu, SideNav } from "./side-nav.tsx";

export async function AdminShell({ children }: { children: ReactNode }) {
  const t = await getTranslations("common");
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[13.5rem_minmax(0,1fr)] print:block">
      <a
        href="#page"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:bg-surface focus:px-3 focus:py-2 focus:shadow-float"
      >
        {t("skipToContent")}
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col overflow-y-auto border-r bg-surface lg:flex print:hidden">
        <div className="flex h-14 shrink-0 items-center px-4">
          <Brand />
        </div>
        <div className="flex-1 px-2 pt-2">
          <SideNav />
        </div>
        <div className="p-2">
          <UserMenu here="admin" />
        </div>
      </aside>
      <div className="min-w-0">
        <header className="flex h-14 items-center gap-2 border-b bg-surface px-2 lg:hidden print:hidden">
          <NavMenu />
          <Brand />
          <div className="ml-auto">
            <UserMenu here="admin" />
          </div>
        </header>
        <LoopStrip />
        <main id="page" tabIndex={-1} className="mx-auto max-w-6xl px-4 py-6 outline-none sm:px-6 lg:py-8">
          {children}
        </main>
      </div>
    </div>
  );
}
