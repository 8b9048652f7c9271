// The preference pairs as they stand now; ?rater= and ?adapter= show those of one rater or of one adapter's replies.
import { pageTitle } from "../_lib/title.ts";
import { Pairs } from "./pairs.tsx";

export const generateMetadata = () => pageTitle("pairs");

type PairsPageProps = { searchParams: Promise<{ rater?: string | string[]; adapter?: string | string[] }> };

const matching = (value: string | string[] | undefined, pattern: RegExp) =>
  typeof value === "string" && pattern.test(value) ? value : undefined;

export default async function PairsPage({ searchParams }: PairsPageProps) {
  const { rater, adapter } = await searchParams;
  return <Pairs raterId={matching(rater, /^[0-9a-f-]{36}$/)} adapterSha256={matching(adapter, /^[0-9a-f]{64}$/)} />;
}
