/** The scalar head among an adapter's tensors, taken off: a reward model's score, or PPO's value. */

import { type AdapterWeights, HEAD } from "../engine/contract.ts";

/** The same adapter without its head, which is what of a policy trained with a value function can be served. */
export const withoutHead = (adapter: AdapterWeights): AdapterWeights => ({
  ...adapter,
  tensors: adapter.tensors.filter(({ name }) => name !== HEAD),
});
