// The admin's way through traffic: an adapter tried on a share of conversations by mouse, keys and numbers, a canary, rollback in one click, a freeze.
import { randomInt } from "node:crypto";
import type { Page } from "@playwright/test";
import { bringAdapter, starterAdapter } from "../helpers/brought-adapter.ts";
import { bareBase, freeTrainer } from "../helpers/calm.ts";
import { axeFindings, expect, test, undo } from "../helpers/e2e.ts";

const slider = (page: Page) => page.getByRole("slider");
const share = (page: Page) => page.getByRole("textbox", { name: /^Share of r\d+.*per cent$/ });

/** Nobody has measured it, so its gate lets it through only for a reason. */
async function giveReason(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
  await dialog.getByRole("textbox", { name: "Why it should go live all the same" }).fill("A test of traffic.");
}

test("an adapter is tried by hand and by stages, taken away, made live, and rolled back in one click", async ({
  page,
  asAdmin,
}) => {
  const { trpc } = asAdmin;
  test.setTimeout(120_000);
  await freeTrainer(asAdmin);
  await bareBase(asAdmin);
  // Another one each time: what was once live needs no reason.
  const adapterId = await bringAdapter(asAdmin, starterAdapter({ seed: randomInt(2 ** 31) }), "For a share");
  const adapter = await trpc.adapter.get.query({ id: adapterId });
  const hash = adapter.sha256.slice(0, 6);

  const tryAdapter = async () => {
    await page.getByRole("button", { name: "Try another adapter" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Adapter", exact: true }).click();
    await page.getByRole("option", { name: new RegExp(hash) }).click();
    await giveReason(page);
    return dialog;
  };

  await test.step("one release alone has the whole bar, and nothing to drag", async () => {
    await page.goto("/admin/deployments");
    await expect(page.getByText("One release speaks to everybody.")).toBeVisible();
    await expect(slider(page)).toHaveCount(0);
  });

  await test.step("a fixed share is given, then moved by keys, by typing and by dragging, and each is undone", async () => {
    const dialog = await tryAdapter();
    await dialog.getByRole("combobox", { name: "How" }).click();
    await page.getByRole("option", { name: "A fixed share (A/B)" }).click();
    await dialog.getByRole("textbox", { name: "Share of new conversations, per cent" }).fill("20");
    await dialog.getByRole("button", { name: /^Start/ }).click();
    await expect(slider(page)).toHaveAttribute("aria-valuenow", "20");
    expect(await axeFindings(page)).toEqual([]);

    await slider(page).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("PageUp");
    await expect(slider(page)).toHaveAttribute("aria-valuenow", "31");
    await expect(page.getByText(/gets 31% of new conversations\./)).toBeVisible();
    expect((await trpc.deployment.traffic.query()).arms.map((arm) => arm.share)).toEqual([690, 310]);
    await undo(page);
    await expect(share(page)).toHaveValue("20");

    await share(page).fill("120");
    await share(page).press("Enter");
    await expect(page.getByText("A number from 0 to 100, please.")).toBeVisible();
    await share(page).fill("12,5");
    await share(page).press("Enter");
    await expect(page.getByText(/gets 12.5% of new conversations\./)).toBeVisible();

    const box = (await slider(page).boundingBox())!;
    const bar = (await slider(page).locator("..").boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(bar.x + bar.width * 0.5, box.y + box.height / 2, { steps: 5 });
    await expect(slider(page)).toHaveAttribute("aria-valuenow", "50");
    await page.mouse.up();
    await expect(page.getByText(/gets 50% of new conversations\./)).toBeVisible();
    await expect
      .poll(async () => (await trpc.deployment.traffic.query()).arms.map((arm) => arm.share))
      .toEqual([500, 500]);

    await page.getByRole("button", { name: /^Stop r\d+$/ }).click();
    await expect(slider(page)).toHaveCount(0);
    await undo(page);
    await expect(share(page)).toHaveValue("50");
    await page.getByRole("button", { name: /^Stop r\d+$/ }).click();
    await expect(slider(page)).toHaveCount(0);
  });

  await test.step("a canary begins with its stages, is paused by a share set by hand, and taken away with its reason", async () => {
    const dialog = await tryAdapter();
    await dialog.getByRole("textbox", { name: "Stage 1: Per cent" }).fill("100");
    await dialog.getByRole("button", { name: /^Start/ }).click();
    await expect(dialog.getByText(/Shares must grow/)).toBeVisible();
    await dialog.getByRole("textbox", { name: "Stage 1: Per cent" }).fill("2");
    await dialog.getByRole("button", { name: /^Start/ }).click();
    const stages = page.getByRole("list", { name: "Stages of the canary" });
    await expect(stages.getByRole("listitem").filter({ hasText: "now" })).toContainText("2%");
    await expect(page.getByText("20 replies of this stage, 0 so far")).toBeVisible();
    await expect(page.getByRole("region", { name: "Evidence, metric by metric" })).toContainText("Slow replies");
    expect(await axeFindings(page)).toEqual([]);

    await page.goto("/admin/overview");
    await expect(page.getByText(/Canary r\d+/)).toBeVisible();
    await expect(page.getByText("2% of new conversations, stage 1 of 4")).toBeVisible();
    await page.goto("/admin/deployments");

    await share(page).fill("5");
    await share(page).press("Enter");
    await expect(page.getByText(/its canary is paused/)).toBeVisible();
    await page.getByRole("button", { name: "Go on" }).click();
    await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
    await page.getByRole("button", { name: /^Stop r\d+$/ }).click();
    const past = page.getByRole("region", { name: "Canaries that are over" });
    await expect(past.getByRole("row").nth(1)).toContainText("An admin took its traffic away.");
  });

  await test.step("made live, it is rolled back with one click, and back again with Undo", async () => {
    const row = page.getByRole("region", { name: "All releases" }).getByRole("row").filter({ hasText: hash }).first();
    await row.getByRole("button", { name: "Activate" }).click();
    await giveReason(page);
    await page
      .getByRole("alertdialog")
      .getByRole("button", { name: /^Activate/ })
      .click();
    const rollback = page.getByRole("button", { name: /^Roll back to r\d+ · base model$/ });
    await expect(rollback).toBeVisible();
    await expect(page.getByRole("alertdialog")).toHaveCount(0);
    await rollback.click();
    await expect(page.getByText(/^r\d+ is live\.$/)).toBeVisible();
    expect((await trpc.deployment.traffic.query()).arms[0]?.adapterId).toBeNull();
    await undo(page);
    await expect(page.getByText(/is live again\.$/)).toBeVisible();
    expect((await trpc.deployment.traffic.query()).arms[0]?.adapterId).toBe(adapterId);
  });

  await test.step("frozen, nothing new gets traffic, and everybody reads why", async () => {
    await page.getByRole("button", { name: "Freeze" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Freeze releases" }).click();
    await expect(page.getByText("A few words, at least three letters.")).toBeVisible();
    await page.getByRole("textbox", { name: "Why" }).fill("Exam week");
    await page.getByRole("alertdialog").getByRole("button", { name: "Freeze releases" }).click();
    await expect(page.getByText(/Releases are frozen since .*Exam week/)).toBeVisible();
    await page.goto("/admin/overview");
    await expect(page.getByText("Nothing new gets traffic: Exam week")).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    await page.goto("/admin/deployments");
    await page.getByRole("button", { name: "Unfreeze" }).click();
    await expect(page.getByRole("button", { name: "Freeze", exact: true })).toBeVisible();
  });
  await bareBase(asAdmin);
});
