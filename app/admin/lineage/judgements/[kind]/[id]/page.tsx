// What became of one judgement; the address has its kind in lower case.
import { notFound } from "next/navigation";
import { JudgementKind } from "../../../../../../prisma/generated/enums.ts";
import { pageTitle } from "../../../../_lib/title.ts";
import { JudgementLineagePage } from "../../../judgement-lineage.tsx";

export const generateMetadata = () => pageTitle("pairs");

const KINDS: ReadonlyMap<string, JudgementKind> = new Map(
  Object.values(JudgementKind).map((kind) => [kind.toLowerCase(), kind]),
);

export default async function LineageOfJudgementPage({ params }: { params: Promise<{ kind: string; id: string }> }) {
  const { kind, id } = await params;
  const known = KINDS.get(kind);
  if (!known) notFound();
  return <JudgementLineagePage kind={known} subjectId={id} />;
}
