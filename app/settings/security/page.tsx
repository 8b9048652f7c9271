// Where the viewer is signed in, and their password.
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireViewer } from "../../_lib/require-viewer.ts";
import { ChangePassword } from "../_components/change-password.tsx";
import { Sessions } from "../_components/sessions.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("pages.security") };
}

export default async function SecurityPage() {
  await requireViewer("/settings/security");
  return (
    <>
      <Sessions />
      <ChangePassword />
    </>
  );
}
