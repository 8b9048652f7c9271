// Every adapter that training has made.
import { pageTitle } from "../_lib/title.ts";
import { Adapters } from "./adapters.tsx";

export const generateMetadata = () => pageTitle("adapters");

export default function AdaptersPage() {
  return <Adapters />;
}
