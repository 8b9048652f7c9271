// Before the end-to-end tests: nobody is asked to choose between replies by chance; tests about that ask for it.
import { signIn } from "./api.ts";
import { admin } from "./e2e.ts";

export default async function setUp(): Promise<void> {
  for (const url of [process.env.HONE_TEST_URL, process.env.HONE_TEST_SLOW_URL]) {
    if (url) await (await signIn(url, admin)).trpc.setting.set.mutate({ draftShare: 0 });
  }
}
