// The preference pairs as they stand now.
import { pageTitle } from "../_lib/title.ts";
import { Pairs } from "./pairs.tsx";

export const generateMetadata = () => pageTitle("pairs");

export default function PairsPage() {
  return <Pairs />;
}
