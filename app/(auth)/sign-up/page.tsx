// The sign-up page.
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { SignUpForm } from "../_components/sign-up-form.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth"))("signUp") };
}

export default function SignUpPage() {
  return <SignUpForm />;
}
