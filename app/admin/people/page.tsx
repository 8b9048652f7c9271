// Everyone with an account, and whoever was invited to make one.
import { pageTitle } from "../_lib/title.ts";
import { Invites } from "./invites.tsx";
import { People } from "./people.tsx";

export const generateMetadata = () => pageTitle("people");

export default async function PeoplePage({ searchParams }: { searchParams: Promise<{ view?: string }> }) {
  return (await searchParams).view === "invites" ? <Invites /> : <People />;
}
