import { describe, expect } from '@jest/globals';
import { EVENT, NODE, POD } from '../../src/api/kinds.ts';
import type { KubeObject } from '../../src/api/kube.ts';
import { UNREACHABLE_TAINT } from '../../src/api/taints.ts';
import { FAKE_TAINT } from '../../src/cluster/fake-nodes.ts';
import type { Loose } from '../support/api.ts';
import { readAudit } from '../support/audit-log.ts';
import { eventually } from '../support/eventually.ts';
import { JobUnderTest, pytorchJob } from '../support/pytorch-job.ts';
import { useRealPlatform } from '../support/real-platform.ts';
import { digitsShape } from '../support/training-image.ts';
import { accuracyOf } from '../support/training-log.ts';

const MINUTES = 60_000;
const PATIENT = { timeoutMs: 240_000, everyMs: 50 };
/** From the mark on the node to pods that stand in for those it had, in seconds. */
const SECONDS_ALLOWED = 10;
const FAKE_NODE = 'fake-0';
const WORKERS = ['digits-worker-0', 'digits-worker-1'];

const { platform, live, image, pids } = useRealPlatform();

/** Its Workers prefer the fake node, and may go elsewhere. */
function onTheFakeNode(job: KubeObject): KubeObject {
  const preference = { matchExpressions: [{ key: 'type', operator: 'In', values: ['kwok'] }] };
  const placed = {
    tolerations: [{ key: FAKE_TAINT.key, operator: 'Exists', effect: FAKE_TAINT.effect }],
    affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference }] } },
  };
  const copy = structuredClone(job) as Loose;
  Object.assign(copy.spec.pytorchReplicaSpecs.Worker.template.spec, placed);
  return copy as KubeObject;
}

const isMarked = (node: Loose | undefined): boolean =>
  node?.spec.taints?.some((taint: { key: string; effect: string }) => {
    return taint.key === UNREACHABLE_TAINT && taint.effect === 'NoExecute';
  }) ?? false;

const nodeNow = () => platform.api.get(NODE, undefined, FAKE_NODE);

const workersOf = async (job: JobUnderTest): Promise<Loose[]> =>
  (await job.pods()).filter(({ metadata }) => WORKERS.includes(metadata.name ?? ''));

describe('a node that goes silent', () => {
  live(
    'loses its pods to another node within seconds of the control plane’s mark, and the job succeeds',
    async () => {
      const namespace = await platform.namespace();
      const shape = await digitsShape(platform.api, namespace, image(), { EPOCHS: '5' });
      const wanted = onTheFakeNode(pytorchJob(namespace, 'digits', shape));
      const job = await JobUnderTest.create(platform.api, wanted);
      await job.running(3, PATIENT);
      const before = await workersOf(job);
      expect(before.map(({ spec }) => spec.nodeName)).toEqual([FAKE_NODE, FAKE_NODE]);
      const lost = new Set(before.map(({ metadata }) => metadata.uid));

      const silentAt = Date.now();
      process.kill(pids().kwok ?? 0, 'SIGSTOP');
      try {
        // One of them is on its way out already, and never gets there: nobody is left to end it.
        await platform.api.delete(POD, namespace, 'digits-worker-1', { gracePeriodSeconds: 300 });

        const [markedAt, { pods: after, at: replacedAt }] = await Promise.all([
          eventually('the mark', async () => isMarked(await nodeNow()) && Date.now(), PATIENT),
          eventually('two new workers', () => successors(job, lost), PATIENT),
        ]);
        const seconds = Math.max(0, replacedAt - markedAt) / 1000;
        process.stderr.write(
          `  node lost: marked ${((markedAt - silentAt) / 1000).toFixed(1)} s after its silence; both pods replaced ${seconds.toFixed(1)} s after the mark\n`,
        );
        expect(seconds).toBeLessThan(SECONDS_ALLOWED);

        await job.condition('Succeeded', 'True', PATIENT);
        expect(await accuracyOf(job)).toBeGreaterThan(0.9);
        expect((await workersOf(job)).map(({ metadata }) => metadata.uid)).toEqual(
          after.map(({ metadata }) => metadata.uid),
        );
        const forced = (await readAudit(platform.cluster.auditLog)).filter(
          ({ user, verb, namespace: of, code }) =>
            user === platform.identity.user && verb === 'delete' && of === namespace && code === 200,
        );
        expect(forced.map(({ name }) => name).sort()).toEqual(WORKERS);
        const events = await platform.api.list(EVENT, namespace);
        expect(events.map((event) => (event as unknown as { reason: string }).reason)).toContain('NodeLost');
      } finally {
        process.kill(pids().kwok ?? 0, 'SIGCONT');
      }
    },
    8 * MINUTES,
  );
});

interface Successors {
  readonly pods: readonly Loose[];
  /** When they were first seen, in milliseconds since the epoch. */
  readonly at: number;
}

async function successors(job: JobUnderTest, lost: ReadonlySet<string | undefined>): Promise<Successors | false> {
  const pods = await workersOf(job);
  const complete = pods.length === WORKERS.length && pods.every(({ metadata }) => !lost.has(metadata.uid));
  return complete && { pods, at: Date.now() };
}
