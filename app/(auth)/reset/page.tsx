// The page that a link for a forgotten password leads to.
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ResetForm } from "../_components/reset-form.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("operations.reset"))("title") };
}

export default function ResetPage() {
  return <ResetForm />;
}
