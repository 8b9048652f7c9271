// Everything that the viewer judged, and what became of it.
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireViewer } from "../../_lib/require-viewer.ts";
import { MyFeedback } from "../_components/my-feedback.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("pages.feedback") };
}

export default async function MyFeedbackPage() {
  await requireViewer("/settings/feedback");
  return <MyFeedback />;
}
