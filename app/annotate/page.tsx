// The annotators' room: who may enter, and what will stand here.
import { Scale } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { getViewer } from "../../server/auth.ts";
import { Brand } from "../_components/brand.tsx";
import { NoEntry } from "../_components/no-entry.tsx";
import { Button } from "../_components/ui/button.tsx";
import { EmptyState } from "../_components/ui/empty-state.tsx";
import { UserMenu } from "../_components/user-menu.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("annotate");
  return { title: t("title") };
}

export default async function AnnotatePage() {
  const t = await getTranslations("annotate");
  const viewer = await getViewer();
  if (!viewer) redirect("/sign-in?from=/annotate");
  if (viewer.role === "USER") return <NoEntry title={t("noEntry.title")} text={t("noEntry.text")} />;
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex h-14 items-center justify-between border-b px-4">
        <Brand />
        <UserMenu here="annotate" />
      </header>
      <main className="mx-auto w-full max-w-2xl flex-1 px-4 py-10">
        <h1 className="font-semibold text-2xl tracking-tight">{t("title")}</h1>
        <div className="mt-6 rounded-lg border bg-surface">
          <EmptyState
            icon={Scale}
            title={t("emptyTitle")}
            description={t("emptyText")}
            action={
              <Button asChild>
                <Link href="/chat">{t("toChat")}</Link>
              </Button>
            }
          />
        </div>
      </main>
    </div>
  );
}
