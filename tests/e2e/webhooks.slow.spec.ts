// The page of webhooks on an instance whose environment names no destination.
import { axeFindings, expect, test } from "../helpers/e2e.ts";

test("where nothing may be sent anywhere, the page of webhooks says who can change that", async ({ page, asAdmin }) => {
  expect((await asAdmin.trpc.webhook.list.query()).allowed).toEqual([]);
  await page.goto("/admin/webhooks");
  await expect(page.getByText("WEBHOOK_ALLOW=hooks.example.com")).toBeVisible();
  await expect(page.getByRole("button", { name: "New webhook" })).toHaveCount(0);
  expect(await axeFindings(page)).toEqual([]);
});
