// The annotators' room: who may enter.
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { getViewer } from "../../server/auth.ts";
import { NoEntry } from "../_components/no-entry.tsx";
import { Room } from "./_components/room.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("annotate");
  return { title: t("title") };
}

export default async function AnnotatePage() {
  const t = await getTranslations("annotate");
  const viewer = await getViewer();
  if (!viewer) redirect("/sign-in?from=/annotate");
  if (viewer.role === "USER") return <NoEntry title={t("noEntry.title")} text={t("noEntry.text")} />;
  return <Room />;
}
