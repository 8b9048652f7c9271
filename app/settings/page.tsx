// The viewer's settings: who they are, how Hone looks and speaks, and keys for programs.
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireViewer } from "../_lib/require-viewer.ts";
import { ApiKeys } from "./_components/api-keys.tsx";
import { Appearance } from "./_components/appearance.tsx";
import { Profile } from "./_components/profile.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("title") };
}

export default async function SettingsPage() {
  await requireViewer("/settings");
  return (
    <>
      <Profile />
      <Appearance />
      <ApiKeys />
    </>
  );
}
