// A window in which something is made, and its secret shown this once.
"use client";
import { type ReactNode, useState } from "react";
import { Button } from "./ui/button.tsx";
import { Dialog } from "./ui/dialog.tsx";
import { Notice } from "./ui/notice.tsx";

type ShownOnceProps<Made> = {
  /** Draws the button that opens the window. */
  button: (open: () => void) => ReactNode;
  /** What makes it: a mutation. */
  making: { data: Made | undefined; reset: () => void };
  title: string;
  madeTitle?: string;
  warning: string;
  done: string;
  form: ReactNode;
  /** Draws what was made, secret and all. */
  children: (made: Made) => ReactNode;
};

export function ShownOnce<Made>(props: ShownOnceProps<Made>) {
  const { making, title, madeTitle = title } = props;
  const [open, setOpen] = useState(false);
  const show = (next: boolean) => {
    setOpen(next);
    // The secret must not linger in memory once its window is closed.
    if (!next) making.reset();
  };
  return (
    <>
      {props.button(() => show(true))}
      <Dialog open={open} onOpenChange={show} title={making.data ? madeTitle : title}>
        {making.data ? (
          <div className="space-y-4">
            <Notice tone="warning">{props.warning}</Notice>
            {props.children(making.data)}
            <div className="flex justify-end">
              <Button variant="primary" onClick={() => show(false)}>
                {props.done}
              </Button>
            </div>
          </div>
        ) : (
          props.form
        )}
      </Dialog>
    </>
  );
}
