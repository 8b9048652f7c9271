// The browser title of an admin page, in the viewer's language.
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { AdminPageKey } from "../_components/side-nav.tsx";

export async function pageTitle(key: AdminPageKey): Promise<Metadata> {
  const t = await getTranslations("admin.nav");
  return { title: t(key) };
}
