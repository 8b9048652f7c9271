// Whose data was taken out, and what that touched.
import { pageTitle } from "../_lib/title.ts";
import { Erasures } from "./erasures.tsx";

export const generateMetadata = () => pageTitle("people");

export default function ErasuresPage() {
  return <Erasures />;
}
