// Two adapters beside each other.
import { pageTitle } from "../../_lib/title.ts";
import { Compare } from "./compare.tsx";

export const generateMetadata = () => pageTitle("adapters");

type ComparePageProps = { searchParams: Promise<{ a?: string | string[]; b?: string | string[] }> };

const one = (value: string | string[] | undefined) => (typeof value === "string" ? value : null);

export default async function ComparePage({ searchParams }: ComparePageProps) {
  const { a, b } = await searchParams;
  return <Compare a={one(a)} b={one(b)} />;
}
