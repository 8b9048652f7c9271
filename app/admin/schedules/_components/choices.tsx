// Small controls of the schedule's form: a part that is switched on, and days of the week.
"use client";
import { type ReactNode, useId } from "react";
import { Switch } from "../../../_components/ui/switch.tsx";
import { useDayNames } from "../_lib/use-when.ts";

type SwitchedProps = { label: string; on: boolean; onChange: (on: boolean) => void; children: ReactNode };

/** A trigger with its fields, which are there while it is on. */
export function Switched({ label, on, onChange, children }: SwitchedProps) {
  const id = useId();
  return (
    <div className="border-t py-4 first:border-t-0 first:pt-0 last:pb-0">
      <div className="flex items-center gap-3">
        <Switch id={id} checked={on} onCheckedChange={onChange} />
        <label htmlFor={id} className="cursor-pointer font-medium text-sm">
          {label}
        </label>
      </div>
      {on && <div className="mt-4 space-y-4">{children}</div>}
    </div>
  );
}

/** Monday first, as calendars of most of the world have it. */
const WEEK = [1, 2, 3, 4, 5, 6, 0];

type DaysProps = {
  label: string;
  value: readonly number[];
  onChange: (days: number[]) => void;
  note?: string;
  faulty?: boolean;
};

export function Days({ label, value, onChange, note, faulty = false }: DaysProps) {
  const dayNames = useDayNames();
  const noteId = useId();
  return (
    <fieldset className="min-w-0" aria-describedby={note ? noteId : undefined}>
      <legend className="font-medium text-sm">{label}</legend>
      <div className="mt-1.5 flex flex-wrap gap-1">
        {WEEK.map((day) => (
          <label
            key={day}
            className="flex h-8 min-w-10 cursor-pointer select-none items-center justify-center rounded-md border border-line-strong px-2 text-sm hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="checkbox"
              className="sr-only"
              checked={value.includes(day)}
              onChange={(event) =>
                onChange(event.target.checked ? [...value, day] : value.filter((one) => one !== day))
              }
            />
            {dayNames([day])}
          </label>
        ))}
      </div>
      {note && (
        <p id={noteId} className={faulty ? "mt-1.5 text-danger text-sm" : "mt-1.5 text-quiet text-sm"}>
          {note}
        </p>
      )}
    </fieldset>
  );
}
