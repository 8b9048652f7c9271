/** What holds for every offline method alike: it learns, repeats itself, resumes, does not mind micro-batches, and stops. */

import { describe, expect, it } from "vitest";
import type { AdapterWeights, NamedTensor } from "../../../trainer/engine/contract.ts";
import { trainDpo } from "../../../trainer/methods/dpo.ts";
import { trainKto } from "../../../trainer/methods/kto.ts";
import { trainOrpo } from "../../../trainer/methods/orpo.ts";
import { trainPretrain } from "../../../trainer/methods/pretrain.ts";
import { trainRewardModel } from "../../../trainer/methods/reward-model.ts";
import { type MethodRun, POLICY, type TrainedWeights } from "../../../trainer/methods/run.ts";
import { trainSft } from "../../../trainer/methods/sft.ts";
import { trainSimpo } from "../../../trainer/methods/simpo.ts";
import {
  dpoRun,
  ktoRun,
  orpoRun,
  pretrainRun,
  rewardRun,
  sftRun,
  simpoRun,
  someDialogues,
  type Watched,
} from "./runs.ts";

interface Method {
  run(change?: Partial<MethodRun>, settings?: object): Watched<MethodRun>;
  train(run: MethodRun): Promise<AdapterWeights | TrainedWeights>;
  /** A run of this method with nothing to train on. */
  empty(): MethodRun;
  /** What a long run brings down, to less than this share of what it was. */
  lowers: number;
}

/** The runs' types are tied to their methods; here they go through one door. */
const method = <R extends MethodRun>(
  make: (change?: never, settings?: object) => Watched<R>,
  train: (run: R) => Promise<AdapterWeights | TrainedWeights>,
  data: string,
  lowers: number,
): Method => ({
  run: (change = {}, settings = {}) => make(change as never, settings) as never,
  train: (run) => train(run as R),
  empty: () => make({ [data]: [] } as never).run,
  lowers,
});

const METHODS: Record<string, Method> = {
  SFT: method(sftRun, trainSft, "dialogues", 0.8),
  "SFT with replay": method(
    (change: object = {}, settings: object = {}) =>
      sftRun({ replay: someDialogues(14).slice(10), ...change }, { replay: 0.3, ...settings }),
    trainSft,
    "dialogues",
    0.8,
  ),
  PRETRAIN: method(pretrainRun, trainPretrain, "chunks", 0.8),
  REWARD: method(rewardRun, trainRewardModel, "rankings", 0.5),
  DPO: method(dpoRun, trainDpo, "pairs", 0.8),
  SIMPO: method(simpoRun, trainSimpo, "pairs", 0.8),
  ORPO: method(orpoRun, trainOrpo, "pairs", 0.8),
  KTO: method(ktoRun, trainKto, "thumbs", 0.9),
};

const tensorsOf = (made: AdapterWeights | TrainedWeights): NamedTensor[] =>
  made.kind === "adapter" ? made.weights.tensors : made.tensors;

describe.each(Object.entries(METHODS))("%s", (_, { run, train, empty, lowers }) => {
  it("learns", async () => {
    const watched = run({}, { epochs: 40 });
    await train(watched.run);
    expect(watched.steps).toHaveLength(120);
    const loss = (from: number, to: number) =>
      watched.steps.slice(from, to).reduce((total, { metrics }) => total + metrics.loss! / (to - from), 0);
    expect(loss(117, 120)).toBeLessThan(lowers * loss(0, 3));
  });

  it("gives the same adapter for the same seed and another for another", async () => {
    const first = await train(run().run);
    expect(await train(run().run)).toEqual(first);
    expect(await train(run({ seed: 6 }).run)).not.toEqual(first);
  });

  it("resumes after every step to the very same adapter and figures", async () => {
    const whole = run({}, { checkpointEvery: 1 });
    const expected = await train(whole.run);
    expect(whole.checkpoints).toHaveLength(8);
    for (const resume of whole.checkpoints) {
      const rest = run({ resume });
      expect(await train(rest.run)).toEqual(expected);
      expect(rest.steps).toEqual(whole.steps.slice(resume.step));
    }
  });

  it("does not depend on how a step is cut into micro-batches", async () => {
    // The first step's figures are those of equal weights; later ones carry the f32 rounding of the weights.
    const [whole, cut] = [run({}, { batchSize: 8 }), run({}, { batchSize: 8, microBatchSize: 2 })];
    const [a, b] = [await train(whole.run), await train(cut.run)];
    expect(cut.engine.calls.accumulate).toBeGreaterThan(whole.engine.calls.accumulate);
    const [first, same] = [whole.steps[0]!.metrics, cut.steps[0]!.metrics];
    expect(Object.keys(same).sort()).toEqual(Object.keys(first).sort());
    for (const [name, value] of Object.entries(first))
      expect(Math.abs(same[name]! - value), name).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(value)));
    for (const [i, tensor] of tensorsOf(a).entries())
      for (const [k, value] of tensor.data.entries()) expect(tensorsOf(b)[i]!.data[k]).toBeCloseTo(value, 4);
  });

  it("stops with the step and what to try when its numbers stop being numbers, and makes nothing", async () => {
    const { run: diverging, engine, steps } = run();
    const step = engine.step.bind(engine);
    engine.step = async (hyper) => {
      const stepped = await step(hyper);
      if (engine.calls.step < 3) return stepped;
      const policy = engine.exportAdapter(POLICY);
      for (const { data } of policy.tensors) data.fill(Number.NaN);
      engine.loadAdapter(POLICY, policy);
      return stepped;
    };
    await expect(train(diverging)).rejects.toThrow(/diverged at step 4: \S+ is NaN\. Try a lower learningRate/);
    expect(steps).toHaveLength(3);
    // The figures were seen before the optimiser could spread them.
    expect(engine.calls.step).toBe(3);
  });

  it("stops when told to, and refuses to run on nothing", async () => {
    await expect(train(run({ cancel: AbortSignal.abort(new Error("enough")) }).run)).rejects.toThrow("enough");
    await expect(train(empty())).rejects.toMatchObject({ code: "NO_EXAMPLES" });
  });
});
