// Watching over it: what lives and what does not, and which programs outside are told of what happens.
import { createHmac } from "node:crypto";
import { answerInstead, brings } from "../helpers/answers.ts";
import { axeFindings, expect, test, uniqueName } from "../helpers/e2e.ts";
import { type Received, startReceiver } from "../helpers/receiver.ts";

interface System {
  processes: { kind: string; alive: boolean; doing: string }[];
}

test("the system page says what lives and what it does, and what is wrong when the trainer is silent", async ({
  page,
  asAdmin,
}) => {
  expect(await asAdmin.trpc.viewer.me.query()).not.toBeNull();
  await page.goto("/admin/system");
  const processes = page.getByRole("region", { name: "Processes" });
  for (const kind of ["Web", "Inference", "Trainer", "Database"]) {
    await expect(processes.getByRole("row").filter({ hasText: kind })).toContainText("Alive");
  }
  await expect(page.getByText("No backup has been made yet.")).toBeVisible();
  await expect(page.getByText("npm run backup", { exact: true })).toBeVisible();
  await expect(page.getByText(/^PostgreSQL \d+.*embedded/)).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);

  await answerInstead<System>(page, "system.get", (real) =>
    brings({ ...real, processes: real.processes.map((one) => ({ ...one, alive: one.kind !== "trainer" })) }),
  );
  await expect(page.getByText("No trainer lives: runs and gates wait.")).toBeVisible();
  await expect(processes.getByRole("row").filter({ hasText: "Trainer" })).toContainText("Silent");
  expect(await axeFindings(page)).toEqual([]);
});

/** As docs/operations.md tells receivers to check it. */
function isSigned({ headers, body }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  return headers["webhook-signature"] === `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}

test("a webhook is made where the environment allows it, tried, fails and is tried again, and is taken away", async ({
  page,
  asAdmin,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 40[03]/);
  const { allowed } = await asAdmin.trpc.webhook.list.query();
  expect(allowed, "the instance under test is started with WEBHOOK_ALLOW").toContain("http://127.0.0.1:*");
  const receiver = await startReceiver();
  const url = `${receiver.url}/hone-${uniqueName("x")}`;
  try {
    await page.goto("/admin/webhooks");
    await page.getByRole("button", { name: "New webhook" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Address").fill("https://elsewhere.example.com/");
    await dialog.getByRole("button", { name: "Create webhook" }).click();
    await expect(dialog.getByRole("alert")).toContainText("Webhooks may not go to this address.");
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByLabel("Address").fill(url);
    await dialog.getByRole("checkbox", { name: "A run finished" }).press("Space");
    await dialog.getByLabel("Address").press("Enter");
    await expect(dialog.getByText("It is shown only this once")).toBeVisible();
    const secret = await dialog.getByRole("code").textContent();
    await dialog.getByRole("button", { name: "Done" }).click();
    expect(await page.content()).not.toContain(secret);

    const deliveries = page.getByRole("region", { name: `Last deliveries to ${url}` });
    await page.getByRole("button", { name: `Send a test to ${url}` }).click();
    await expect(deliveries.getByRole("row").nth(1)).toContainText("arrived");
    const [got] = receiver.received;
    expect(isSigned(got!, secret!)).toBe(true);
    expect(JSON.parse(got!.body)).toMatchObject({ type: "test", email: { zh: {}, en: { subject: "Hone: a test" } } });

    receiver.answer = 503;
    await page.getByRole("button", { name: `Send a test to ${url}` }).click();
    await expect(deliveries.getByRole("row").nth(1)).toContainText(/next try .*answered 503/);
    expect(await axeFindings(page)).toEqual([]);

    await page.getByRole("button", { name: `Change what ${url} is told` }).click();
    await dialog.getByRole("checkbox", { name: "A run finished" }).press("Space");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog).toHaveCount(0);
    const mine = async () => (await asAdmin.trpc.webhook.list.query()).webhooks.find((webhook) => webhook.url === url);
    expect((await mine())?.kinds).toContain("run.finished");

    await page.getByRole("switch", { name: `Webhook ${url} is on` }).click();
    await expect(page.getByText("The webhook is off. What still waited was dropped.")).toBeVisible();
    await expect(page.getByRole("button", { name: `Send a test to ${url}` })).toBeDisabled();
    await page.getByRole("button", { name: `Remove ${url}` }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText(url)).toHaveCount(0);
    expect(await mine()).toBeUndefined();
  } finally {
    await receiver.close();
  }
});
