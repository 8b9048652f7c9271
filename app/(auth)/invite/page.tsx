// The page that an invitation leads to.
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { InviteForm } from "../_components/invite-form.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("operations.invite"))("title") };
}

export default function InvitePage() {
  return <InviteForm />;
}
