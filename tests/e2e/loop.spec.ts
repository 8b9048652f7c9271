// The whole loop by hand: sign up, chat, judge two drafts, train on the pairs, watch, activate, and hear the new release.
import { signIn } from "../helpers/api.ts";
import { undecidedGates } from "../helpers/calm.ts";
import { admin, expect, replies, say, test, uniqueName, wholeReplyOn } from "../helpers/e2e.ts";

/** Prompts whose drafts come in several styles. */
const PROMPTS = [
  "What is the capital of France?",
  "What is the opposite of hot?",
  "What colour is the sky?",
  "How many days are in a week?",
  "法国的首都是哪里？",
  "热的反义词是什么？",
];

let policy: Awaited<ReturnType<typeof undecidedGates>>;
test.beforeAll(async ({ baseURL }) => {
  policy = await undecidedGates(await signIn(baseURL!, admin));
});
test.afterAll(() => policy.restore());

test("from a thumb to a new release", async ({ page, baseURL }) => {
  test.setTimeout(600_000);

  await test.step("sign up", async () => {
    await page.goto("/");
    await page.getByRole("link", { name: "Create one" }).click();
    await page.getByLabel("Name").fill("Ann");
    await page.getByLabel("Email").fill(`${uniqueName("ann")}@example.com`);
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("heading", { name: "What would you like to talk about?" })).toBeVisible();
  });

  await test.step("chat, regenerate, thumbs up and down", async () => {
    for (const [index, prompt] of PROMPTS.entries()) {
      if (index > 0) await page.getByRole("button", { name: "New conversation" }).first().click();
      await say(page, prompt);
      const first = await wholeReplyOn(page);
      await expect(first.getByRole("button", { name: /^Release r1 · base/ })).toBeVisible();
      await first.getByRole("button", { name: "Good reply" }).click();
      await expect(first.getByText("Noted as a good reply.")).toBeVisible();

      await first.getByRole("button", { name: "Regenerate" }).click();
      await expect(page.getByText("2/2")).toBeVisible();
      const second = await wholeReplyOn(page);
      await second.getByRole("button", { name: "Bad reply" }).click();
      await second.getByRole("button", { name: "Too long" }).click();
      await expect(second.getByRole("button", { name: "Too long" })).toHaveAttribute("aria-pressed", "true");
      await second.getByRole("textbox", { name: "Comment on this reply" }).fill("rather short, please");
      await second.getByRole("button", { name: "Done" }).click();
    }
    await page.getByRole("button", { name: "Previous reply" }).click();
    await expect(page.getByText("1/2")).toBeVisible();
    await expect(page.getByRole("button", { name: "Good reply" })).toHaveAttribute("aria-pressed", "true");
  });

  await test.step("sign in as the admin", async () => {
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL(/\/sign-in/);
    await page.getByLabel("Email").fill(admin.email);
    await page.getByLabel("Password").fill(admin.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("textbox", { name: "Message", exact: true })).toBeVisible();
  });

  await test.step("start a run and watch its chart", async () => {
    await page.goto("/admin/runs/new");
    await page.getByRole("button", { name: "Start run" }).click();
    await expect(page).toHaveURL(/\/admin\/runs\/[0-9a-f-]{36}$/, { timeout: 30_000 });
    await expect(
      page
        .getByRole("region", { name: "Loss" })
        .or(page.getByRole("figure", { name: /Loss/ }))
        .first(),
    ).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText(/This run made the adapter/)).toBeVisible({ timeout: 240_000 });
  });

  await test.step("its gate measures it, and has too few pairs to refuse or to promise anything", async () => {
    await page
      .getByText(/This run made the adapter/)
      .getByRole("link")
      .click();
    await expect(page).toHaveURL(/\/admin\/adapters\//);
    const adapterId = new URL(page.url()).pathname.split("/").at(-1)!;
    const { trpc } = await signIn(baseURL!, admin);
    const verdict = async () => (await trpc.gate.list.query({ adapterId })).items[0]?.status;
    await expect.poll(verdict, { timeout: 300_000 }).toBe("UNDECIDED");
  });

  const hash = await test.step("activate the adapter it made", async () => {
    await page.getByRole("button", { name: "Activate" }).click();
    const dialog = page.getByRole("alertdialog").or(page.getByRole("dialog"));
    await dialog.getByRole("button", { name: /r2/ }).click();
    await expect(dialog).toHaveCount(0); // it closes when the server has agreed
    await page.goto("/admin/deployments");
    const row = page.getByRole("row", { name: /^r2 · / });
    await expect(row).toContainText("Live");
    return /r2 · ([0-9a-f]{6})/.exec(await row.innerText())![1]!;
  });

  await test.step("the next reply comes from the new release", async () => {
    await page.goto("/chat");
    await say(page, PROMPTS[0]!);
    const reply = await wholeReplyOn(page);
    await expect(reply.getByRole("button", { name: `Release r2 · ${hash}` })).toBeVisible();
    await expect(replies(page)).toHaveCount(1);
  });

  await test.step("roll back", async () => {
    await page.goto("/admin/deployments");
    await page.getByRole("button", { name: /Roll back to r1/ }).click();
    await expect(page.getByRole("row", { name: /^r3 · / })).toContainText("Live");
  });
});
