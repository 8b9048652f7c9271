// A forgotten password: an admin makes a link, whoever has it sets a new one; and keys that end by themselves.
import { signUp } from "../helpers/api.ts";
import { axeFindings, expect, test, uniqueName } from "../helpers/e2e.ts";

test("a link for a new password signs the person in with it, and out everywhere else", async ({
  asAdmin,
  page,
  browser,
  baseURL,
}) => {
  const person = await signUp(baseURL!, uniqueName("Ida"));
  await page.goto("/admin/people");
  await page.getByRole("searchbox").fill(person.email);
  await page.getByRole("row", { name: person.email }).getByRole("button", { name: "A new password for" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Make the link" }).click();
  await expect(dialog.getByText("It is shown only this once")).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  const link = (await dialog.getByRole("code").textContent())!;
  await dialog.getByRole("button", { name: "Done" }).click();

  const visitor = await browser.newContext({ baseURL });
  const guest = await visitor.newPage();
  await guest.goto(link);
  await expect(guest.getByLabel("Email")).toHaveValue(person.email);
  expect(await axeFindings(guest)).toEqual([]);
  await guest.getByLabel("New password").fill("something quite new");
  await guest.getByRole("button", { name: "Set the password and sign in" }).click();
  await guest.waitForURL("**/chat");
  // Whoever was signed in before is not any more.
  expect(await person.trpc.viewer.me.query()).toBeNull();
  const trail = await asAdmin.trpc.audit.list.query();
  expect(trail.items.map(({ action }) => action)).toContain("user.resetPassword");
  await visitor.close();
});

test.describe("with a link that is over", () => {
  test.use({ expectedErrors: [/status of 403/] });

  test("one is told so", async ({ page }) => {
    await page.goto("/reset#nobody-made-this");
    await expect(page.getByText("This link is not open any more")).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
  });
});

test("a key says how long it is good for", async ({ page, person }) => {
  await page.goto("/settings");
  await page.getByRole("button", { name: "Create key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("for a month");
  await dialog.getByRole("combobox", { name: "Good for" }).click();
  await page.getByRole("option", { name: "30 days" }).click();
  expect(await axeFindings(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Create key" }).click();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText(/good until/)).toBeVisible();
  const [key] = await person.trpc.apiKey.list.query();
  expect(Math.round((key!.expiresAt!.getTime() - Date.now()) / 86_400_000)).toBe(30);
});
