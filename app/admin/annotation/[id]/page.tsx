// One comparison: its replies, what was said of them, and whether it is gold.
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Comparison } from "./comparison.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("annotation.one"))("title") };
}

export default async function ComparisonPage({ params }: { params: Promise<{ id: string }> }) {
  return <Comparison id={(await params).id} />;
}
