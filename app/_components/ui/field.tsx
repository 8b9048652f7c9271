// A labelled form control: label above, hint or error below, tied together for assistive technology.
"use client";
import { Slot } from "radix-ui";
import { type ReactElement, useId } from "react";

type FieldProps = {
  label: string;
  hint?: string;
  /** A sentence; its presence marks the control invalid. */
  error?: string;
  /** The control itself; it receives id, aria-describedby and aria-invalid. */
  children: ReactElement;
};

export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="block font-medium text-sm">
        {label}
      </label>
      <Slot.Root id={id} aria-describedby={note ? noteId : undefined} aria-invalid={error ? true : undefined}>
        {children}
      </Slot.Root>
      {note && (
        <p id={noteId} className={error ? "text-danger text-sm" : "text-quiet text-sm"}>
          {note}
        </p>
      )}
    </div>
  );
}
