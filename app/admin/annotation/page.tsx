// What annotators are asked, how far they agree, and how strong that makes each adapter: three views of one page.
import { pageTitle } from "../_lib/title.ts";
import { Agreement } from "./agreement.tsx";
import { AnnotationHeader, VIEWS } from "./header.tsx";
import { Queue } from "./queue.tsx";
import { Strengths } from "./strengths.tsx";

export const generateMetadata = () => pageTitle("annotation");

type AnnotationPageProps = { searchParams: Promise<{ view?: string | string[] }> };

export default async function AnnotationPage({ searchParams }: AnnotationPageProps) {
  const { view: asked } = await searchParams;
  const view = VIEWS.find((known) => known === asked) ?? VIEWS[0];
  return (
    <>
      <AnnotationHeader view={view} />
      {view === "queue" && <Queue />}
      {view === "agreement" && <Agreement />}
      {view === "strengths" && <Strengths />}
    </>
  );
}
