import { describe, expect, test } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { JOB_SET, POD, TRAINING_RUNTIME } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import { RuntimePolicy, synthesize, TrainingRuntime } from '../../src/constructs/index.ts';
import type { Loose } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { UNTIL_TOLD } from '../support/job-pods.ts';
import { usePlatform } from '../support/platform.ts';
import { SilentNode } from '../support/silent-node.ts';
import { TrainJobUnderTest, trainJobOf } from '../support/train-job.ts';

const platform = usePlatform();
const MINUTES = 60_000;
const PATIENT = { timeoutMs: MINUTES };

/** A runtime as the construct makes it, whose pods run on fake nodes, but for one that goes to the silent one. */
function runtimeOf(namespace: string, maxRestarts?: number): KubeObject {
  const app = new App();
  const props = { policy: RuntimePolicy.torch(), image: 'train:1', ...(maxRestarts !== undefined && { maxRestarts }) };
  new TrainingRuntime(new Chart(app, 'c', { namespace }), 'torch', {
    ...props,
    metadata: { name: 'torch', namespace },
  });
  const made = synthesize(app).flatMap(({ objects }) => objects.map((object) => object.toJson() as Loose));
  const runtime = made.find(({ kind }) => kind === TRAINING_RUNTIME.kind) as Loose;
  const { template } = runtime.spec.template.spec.replicatedJobs[0].template.spec;
  template.metadata = { ...template.metadata, annotations: UNTIL_TOLD };
  return runtime as KubeObject;
}

/** A TrainJob of two nodes, both on the silent one. */
async function begin(
  node: SilentNode,
  maxRestarts?: number,
): Promise<{ job: TrainJobUnderTest; pods: readonly Loose[] }> {
  const namespace = await platform.namespace();
  const runtime = runtimeOf(namespace, maxRestarts) as Loose;
  Object.assign(runtime.spec.template.spec.replicatedJobs[0].template.spec.template.spec, node.place);
  await platform.api.create(TRAINING_RUNTIME, runtime as KubeObject);
  const runtimeRef = { name: 'torch', kind: 'TrainingRuntime' };
  const made = trainJobOf(namespace, 'j', { runtimeRef, trainer: { numNodes: 2 } });
  const job = await TrainJobUnderTest.create(platform.api, made);
  const pods = await eventually(
    'both pods on that node',
    async () => {
      const found = await platform.api.list(POD, namespace);
      return found.length === 2 && found.every(({ spec }) => spec.nodeName === node.name) && found;
    },
    PATIENT,
  );
  for (const { metadata } of pods) {
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    await platform.api.patch(POD, namespace, metadata.name ?? '', { status }, 'status');
  }
  return { job, pods };
}

async function lose(node: SilentNode): Promise<void> {
  const [plain, whole] = await Promise.all([begin(node), begin(node, 0)]);
  await node.givenUp();
  const since = Date.now();
  const replaced = async ({ job, pods }: { job: TrainJobUnderTest; pods: readonly Loose[] }): Promise<string> => {
    const before = new Set(pods.map(({ metadata }) => metadata.uid));
    await eventually(
      'other pods',
      async () => {
        const found = await platform.api.list(POD, job.namespace);
        return found.length === 2 && found.every(({ metadata }) => !before.has(metadata.uid));
      },
      PATIENT,
    );
    return ((Date.now() - since) / 1000).toFixed(1);
  };
  // Kubernetes' Jobs pause before they make another pod; a set that begins anew does not.
  const [alone, together] = await Promise.all([replaced(plain), replaced(whole)]);
  process.stderr.write(`  pods were replaced after ${together} s all anew, after ${alone} s by their Job\n`);
  const restarts = async ({ namespace }: TrainJobUnderTest) => {
    const { status } = (await platform.api.get(JOB_SET, namespace, 'j')) as Loose;
    return [status.restarts, status.restartsCountTowardsMax ?? 0];
  };
  expect(await restarts(plain.job)).toEqual([0, 0]);
  expect(await restarts(whole.job)).toEqual([1, 0]);
}

describe('a TrainJob whose node does not answer any more', () => {
  test(
    'gets other pods within seconds of the node being given up, one by one or all anew, and at no cost',
    () => SilentNode.during(platform.api, `silent-train-${process.pid}`, lose),
    5 * MINUTES,
  );
});
