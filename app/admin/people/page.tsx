// Everyone with an account: roles and access.
import { pageTitle } from "../_lib/title.ts";
import { People } from "./people.tsx";

export const generateMetadata = () => pageTitle("people");

export default function PeoplePage() {
  return <People />;
}
