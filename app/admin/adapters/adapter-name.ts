// What an adapter is called: by people, or by the beginning of its hash.
import { shortHash } from "../_lib/format.ts";

export const adapterName = ({ name, sha256 }: { name: string | null; sha256: string }): string =>
  name ? `${name} · ${shortHash(sha256)}` : shortHash(sha256);
