// Where the focus goes when a panel opens.

/**
 * For Radix's onOpenAutoFocus: the panel itself, not its first button, whose tooltip would cover what there is to read.
 * A field with `autoFocus` has the focus already, and then this is not called.
 */
export function focusPanel(event: Event): void {
  event.preventDefault();
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
}
