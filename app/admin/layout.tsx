// The door of the admin part: admins come in, others are told why not, visitors are sent to sign in.
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { getViewer } from "../../server/auth.ts";
import { NoEntry } from "../_components/no-entry.tsx";
import { AdminShell } from "./_components/admin-shell.tsx";

export default async function AdminLayout({ children }: { children: ReactNode }) {
  const viewer = await getViewer();
  if (!viewer) redirect("/sign-in?from=/admin");
  if (viewer.role !== "ADMIN") {
    const t = await getTranslations("admin.noEntry");
    return <NoEntry title={t("title")} text={t("text")} />;
  }
  return <AdminShell>{children}</AdminShell>;
}
