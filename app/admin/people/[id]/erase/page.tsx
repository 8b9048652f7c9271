// What erasing a person would take away, and the act itself.
import { pageTitle } from "../../../_lib/title.ts";
import { ErasePerson } from "./erase-person.tsx";

export const generateMetadata = () => pageTitle("people");

export default async function ErasePersonPage({ params }: { params: Promise<{ id: string }> }) {
  return <ErasePerson userId={(await params).id} />;
}
