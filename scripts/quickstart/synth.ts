import { join } from 'node:path';
import { App, type Chart } from 'cdk8s';
import type { KubeObject } from '../../src/api/kube.ts';
import { synthAll, synthesize } from '../../src/constructs/index.ts';
import type { DigitsJobProps } from '../../src/stacks/digits.ts';
import { platformStack } from '../../src/stacks/platform.ts';
import { CONTROLLER_IMAGE } from '../images/controller-image.ts';
import { ROOT } from '../images/version.ts';

export interface Synthesized {
  readonly platform: readonly KubeObject[];
  /** The job's namespace and whatever it reads. */
  readonly example: readonly KubeObject[];
  readonly job: KubeObject;
}

/** What src/stacks makes, as objects in the order in which they can be applied; also written to dist/, as `cdk8s synth` does. */
export function synthesizeStacks(digits: DigitsJobProps, outdir = join(ROOT, 'dist')): Synthesized {
  const app = new App({ outdir });
  const stack = platformStack(app, { platform: { image: CONTROLLER_IMAGE }, digits });
  synthAll(app);
  const charts = synthesize(app);
  const objectsOf = (wanted: Chart) =>
    (charts.find(({ chart }) => chart === wanted)?.objects ?? []).map((object) => object.toJson() as KubeObject);
  const all = objectsOf(stack.digitsChart);
  const { kind } = stack.digits.framework;
  const job = all.find((object) => object.kind === kind);
  if (!job) throw new Error(`src/stacks/platform.ts made no ${kind} in its digits chart`);
  return { platform: objectsOf(stack.platformChart), example: all.filter((object) => object !== job), job };
}
