/** The version of this Hone, as package.json has it. */

import own from "../package.json" with { type: "json" };

export const ownVersion: string = own.version;
