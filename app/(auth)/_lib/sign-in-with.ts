// Signs in with a password that was set a moment ago, and leaves the page; who is not let in finds the form for it.
import { signIn } from "next-auth/react";

export async function signInWith(email: string, password: string, to: string): Promise<void> {
  const result = await signIn("credentials", { email, password, redirect: false }).catch(() => null);
  window.location.assign(result?.ok ? to : "/sign-in");
}
