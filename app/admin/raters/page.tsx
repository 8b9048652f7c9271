// Everyone whose judgements count, and how far they may be trusted.
import { pageTitle } from "../_lib/title.ts";
import { Raters } from "./raters.tsx";

export const generateMetadata = () => pageTitle("raters");

export default function RatersPage() {
  return <Raters />;
}
