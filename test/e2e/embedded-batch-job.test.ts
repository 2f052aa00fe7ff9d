import { beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { useEmbeddedPlatform } from '../support/embedded-platform.ts';
import { eventually } from '../support/eventually.ts';
import { kubectlPath, ran } from '../support/kubectl.ts';
import { runtimeOf } from '../support/train-job.ts';

const MINUTE = 60_000;
const platform = useEmbeddedPlatform();
let program = '';

beforeAll(async () => {
  program = await kubectlPath();
}, 20 * MINUTE);

async function kubectl(args: readonly string[], input?: object): Promise<string> {
  const env = { ...process.env, KUBECONFIG: platform.current.kubeconfig };
  const { code, stdout, stderr } = await ran(program, args, { env, ...(input && { input: stringify(input) }) });
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return stdout;
}

const indexed = (script: string, more: object = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'ranks' },
  spec: {
    completionMode: 'Indexed',
    completions: 3,
    parallelism: 2,
    ...more,
    template: {
      spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'any', command: ['sh', '-c', script] }] },
    },
  },
});

test(
  'kubectl makes a Job of one command, and its process runs',
  async () => {
    await kubectl(['create', 'job', 'hello', '--image=any', '--', 'sh', '-c', 'echo hello from $HOSTNAME$0', '!']);
    await kubectl(['wait', '--for=condition=Complete', 'job/hello', '--timeout=60s']);
    expect(await kubectl(['logs', 'job/hello'])).toMatch(/^hello from .*!$/m);
    expect(await kubectl(['get', 'jobs'])).toMatch(/^hello +Complete +1\/1 +\d+s +\d+s$/m);
    expect(await kubectl(['describe', 'job', 'hello'])).toMatch(/Normal +SuccessfulCreate .*Created pod: hello-/);
  },
  3 * MINUTE,
);

test(
  'each index runs once, knows itself, and goes with its Job',
  async () => {
    await kubectl(['apply', '-f', '-'], indexed('echo index $JOB_COMPLETION_INDEX'));
    await kubectl(['wait', '--for=condition=Complete', 'job/ranks', '--timeout=60s']);
    const logs = await kubectl(['logs', '-l', 'batch.kubernetes.io/job-name=ranks']);
    expect(logs.trim().split('\n').sort()).toEqual(['index 0', 'index 1', 'index 2']);
    expect(await kubectl(['get', 'job', 'ranks', '-o', 'jsonpath={.status.completedIndexes}'])).toBe('0-2');
    await kubectl(['delete', 'job', 'ranks']);
    await eventually('the pods to be gone', async () => !/ranks/.test(await kubectl(['get', 'pods'])));
  },
  3 * MINUTE,
);

test(
  'a TrainJob becomes a JobSet, a Job and processes that know each other',
  async () => {
    await kubectl(['apply', '-f', '-'], runtimeOf('plain', { mlPolicy: { numNodes: 2, torch: {} } }));
    const script =
      'until getent hosts $PET_MASTER_ADDR; do sleep 0.1; done >/dev/null; echo rank $PET_NODE_RANK of $PET_NNODES';
    await kubectl(['apply', '-f', '-'], {
      apiVersion: 'trainer.kubeflow.org/v1alpha1',
      kind: 'TrainJob',
      metadata: { name: 'pair' },
      spec: { runtimeRef: { name: 'plain' }, trainer: { command: ['sh', '-c'], args: [script] } },
    });
    await kubectl(['wait', '--for=condition=Complete', 'trainjob/pair', '--timeout=90s']);
    const logs = await kubectl(['logs', '-l', 'jobset.sigs.k8s.io/jobset-name=pair']);
    expect(logs.trim().split('\n').sort()).toEqual(['rank 0 of 2', 'rank 1 of 2']);
    await kubectl(['delete', 'trainjob', 'pair']);
    const left = async () => kubectl(['get', 'jobsets,jobs,pods', '-o', 'name']);
    await eventually('all of it to be gone', async () => !/pair/.test(await left()));
  },
  4 * MINUTE,
);

test(
  'a Job whose program fails for good says why',
  async () => {
    const rules = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }];
    const failing = indexed('exit 42', { podFailurePolicy: { rules } });
    await kubectl(['apply', '-f', '-'], failing);
    await kubectl(['wait', '--for=condition=Failed', 'job/ranks', '--timeout=60s']);
    expect(await kubectl(['get', 'job', 'ranks', '-o', 'jsonpath={.status.conditions[-1:].message}'])).toMatch(
      /^Container a for pod default\/ranks-\d-\w+ failed with exit code 42 matching FailJob rule at index 0$/,
    );
    await kubectl(['delete', 'job', 'ranks']);
  },
  3 * MINUTE,
);
