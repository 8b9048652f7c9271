// What a page must keep to on a narrow screen.
import { expect, type Page } from "@playwright/test";

/** Nothing makes the page itself wider than the screen; tables scroll in boxes of their own. */
export async function fitsItsWidth(page: Page): Promise<void> {
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth))
    .toBeLessThanOrEqual(0);
}
