// What the viewer decided about their data: training, a copy of it, and leaving.
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireViewer } from "../../_lib/require-viewer.ts";
import { Privacy } from "../_components/privacy.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("pages.privacy") };
}

export default async function PrivacyPage() {
  await requireViewer("/settings/privacy");
  return <Privacy />;
}
