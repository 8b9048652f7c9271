// The viewer's settings.
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireViewer } from "../_lib/require-viewer.ts";
import { SettingsView } from "./_components/settings-view.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("title") };
}

export default async function SettingsPage() {
  await requireViewer("/settings");
  return <SettingsView />;
}
