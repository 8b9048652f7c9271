// The front door leads to the chat.
import { redirect } from "next/navigation";

export default function FrontPage(): never {
  redirect("/chat");
}
