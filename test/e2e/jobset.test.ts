import { describe, expect } from '@jest/globals';
import { JOB_SET, POD } from '../../src/api/kinds.ts';
import { conditionOf, type KubeObject } from '../../src/api/kube.ts';
import { pathOf } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { meetingSpec } from '../support/jobset-program.ts';
import { useRealPlatform } from '../support/real-platform.ts';

const MINUTES = 60_000;
const { platform, live, image } = useRealPlatform({ flags: ['--only', 'jobset'] });

/** Runs the JobSet to its end; resolves to its status and to what the leader said. */
async function run(options: { readonly failFirst?: boolean }) {
  const namespace = await platform.namespace();
  const { api } = platform;
  await api.create(JOB_SET, {
    apiVersion: 'jobset.x-k8s.io/v1alpha2',
    kind: 'JobSet',
    metadata: { name: 'js', namespace },
    spec: meetingSpec({ image: image() }, options),
  } as KubeObject);
  const ended = await eventually(
    'the JobSet to end',
    async () => {
      const set = await api.get(JOB_SET, namespace, 'js');
      return set?.status?.terminalState && set;
    },
    { timeoutMs: 4 * MINUTES, everyMs: 200 },
  );
  const [leader] = await api.list(POD, namespace, 'jobset.sigs.k8s.io/replicatedjob-name=leader');
  const log = await api.raw('GET', pathOf(POD, namespace, leader?.metadata.name, 'log'));
  return { set: ended, log: log.text.trim() };
}

describe('a JobSet on a real node', () => {
  live(
    'its pods find each other by name and the coordinator by its annotation',
    async () => {
      const { set, log } = await run({});
      expect(conditionOf(set, 'Completed')?.reason).toBe('AllJobsCompleted');
      expect(log).toBe('attempt 0 met worker-0 worker-1');
    },
    5 * MINUTES,
  );

  live(
    'when one pod fails all start again, under the same names, and meet',
    async () => {
      const { set, log } = await run({ failFirst: true });
      expect(set.status).toMatchObject({ terminalState: 'Completed', restarts: 1 });
      expect(log).toBe('attempt 1 met worker-0 worker-1');
    },
    5 * MINUTES,
  );
});
