/** `npm run password`: a new password for somebody, from the machine itself; the way in when the last admin has forgotten theirs. */

import { parseArgs } from "node:util";
import { rescuePassword } from "../server/domain/password-rescue.ts";
import { runCommand } from "./command.ts";
import { withDatabase } from "./data/database.ts";
import { StartError } from "./start/report.mjs";

const HELP = `Gives somebody a new password, and signs them out everywhere.

  npm run password -- EMAIL [--admin]

--admin also gives them the role ADMIN, and access again where it was taken away. Hone may run meanwhile. The password is shown once; change it after signing in,
under Settings → Security. Other people's passwords are better set by the link that an admin makes under People.`;

await runCommand("password", async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { admin: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  });
  if (values.help) return console.log(HELP);
  const [email] = positionals;
  if (email === undefined)
    throw new StartError("BAD_ARGUMENT", "Expected an email address, found none; --help says more.");
  await withDatabase(async (db) => {
    const { password, ended } = await rescuePassword(db, { email, admin: values.admin });
    console.log(`${email} signs in with ${password} from now on; sessions ended: ${ended}.`);
  });
});
