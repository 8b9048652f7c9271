// The button that sends a form which the server has drawn: until the page listens the browser would send it by itself, with all that is
// written in it, passwords among them, in the address.
"use client";
import { useHydrated } from "../../_lib/use-hydrated.ts";
import { Button, type ButtonProps } from "./button.tsx";

export function SubmitButton({ disabled, ...props }: Omit<ButtonProps, "type" | "asChild">) {
  const listens = useHydrated();
  // A form whose button is disabled is not sent by Enter either.
  return <Button {...props} type="submit" disabled={disabled || !listens} />;
}
