// `npm run password` as the owner of the machine runs it: the way back in, for whoever is locked out, written in the trail.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { beginSession } from "../../../server/auth-session.ts";
import { hashPassword, passwordFits } from "../../../server/password.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
let ann: Viewer;
beforeAll(async () => {
  ann = await world.person("Ann");
  const passwordHash = await hashPassword("forgotten by now");
  await world.db.user.update({ where: { id: ann.id }, data: { passwordHash } });
});

/** Exit code and what was said. */
async function command(...rest: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, DATABASE_URL: world.url, HONE_HOME: world.home, NODE_NO_WARNINGS: "1" };
  return promisify(execFile)(process.execPath, ["--import", "tsx", "scripts/password.ts", ...rest], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error) => ({ code: error.code, out: error.stdout, err: error.stderr }),
  );
}
const annNow = () => world.db.user.findUniqueOrThrow({ where: { id: ann.id } });
const trail = async () =>
  (await world.as(world.admin).audit.list({ subject: `User:${ann.id}`, actorId: "system" })).items.map(
    ({ action, after }) => ({ action, after }),
  );

test("gives a new password, ends every session, and leaves the role as it was", async () => {
  await beginSession(world.db, { userId: ann.id, device: { ip: "203.0.113.1", userAgent: null } });
  await world.as(world.admin).reset.create({ userId: ann.id });
  const { code, out } = await command(` ${ann.email.toUpperCase()} `);
  expect(code).toBe(0);
  const [, password] = /signs in with (\S{16}) from now on; sessions ended: 1/.exec(out) ?? [];
  const { passwordHash, role } = await annNow();
  expect(await passwordFits(passwordHash, password!)).toBe(true);
  expect(role).toBe("USER");
  expect(await world.db.session.count({ where: { userId: ann.id, endedAt: null } })).toBe(0);
  // A link from before would undo what was just set.
  expect(await world.db.passwordReset.count({ where: { userId: ann.id } })).toBe(0);
  expect(await trail()).toEqual([{ action: "user.resetPassword", after: { ended: 1 } }]);
  expect(JSON.stringify(await world.as(world.admin).audit.list())).not.toContain(password);
});

test("lets nobody in who was shut out, unless it shall be an admin", async () => {
  await world.as(world.admin).people.setDisabled({ userId: ann.id, disabled: true });
  const before = await annNow();
  const refused = await command(ann.email);
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringMatching(/may not sign in; --admin .* \[ILLEGAL_STATE\]/),
  });
  expect(await annNow()).toEqual(before);
  expect((await command(ann.email, "--admin")).code).toBe(0);
  expect(await annNow()).toMatchObject({ role: "ADMIN", disabledAt: null });
  expect((await trail()).slice(0, 3)).toEqual([
    { action: "user.setRole", after: { role: "ADMIN" } },
    { action: "user.setDisabled", after: { disabled: false } },
    { action: "user.resetPassword", after: { ended: 0 } },
  ]);
});

test("says who the admins are where an address is nobody's, and what it expects", async () => {
  const { code, err } = await command("nobody@example.com");
  expect(code).toBe(2);
  expect(err).toContain(`Nobody here has the address nobody@example.com. Admins: ${world.admin.email}`);
  expect(await command()).toMatchObject({ code: 2, err: expect.stringContaining("Expected an email address") });
});
