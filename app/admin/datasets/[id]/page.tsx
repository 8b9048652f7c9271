// One frozen Dataset: its examples, its statistics, and what is private in it.
import { pageTitle } from "../../_lib/title.ts";
import { Dataset } from "./dataset.tsx";

export const generateMetadata = () => pageTitle("datasets");

type DatasetPageProps = { params: Promise<{ id: string }>; searchParams: Promise<{ view?: string | string[] }> };

export default async function DatasetPage({ params, searchParams }: DatasetPageProps) {
  const { id } = await params;
  const { view: wanted } = await searchParams;
  return <Dataset id={id} view={wanted === "statistics" || wanted === "privacy" ? wanted : "examples"} />;
}
