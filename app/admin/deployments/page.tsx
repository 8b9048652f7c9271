// Which release speaks, which did before, and the way back.
import { pageTitle } from "../_lib/title.ts";
import { Deployments } from "./deployments.tsx";

export const generateMetadata = () => pageTitle("deployments");

export default function DeploymentsPage() {
  return <Deployments />;
}
