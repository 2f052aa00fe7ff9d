import { describe, expect, test } from '@jest/globals';
import { JOB, JOB_SET, NODE, PERSISTENT_VOLUME_CLAIM, POD, SERVICE } from '../../src/api/kinds.ts';
import { conditionOf } from '../../src/api/kube.ts';
import { type Loose, pathOf } from '../support/api.ts';
import { eventually, settles } from '../support/eventually.ts';
import { JobSetUnderTest, jobSetOf, replicatedJob } from '../support/job-set.ts';
import { usePlatform } from '../support/platform.ts';

const platform = usePlatform();
/** Kubernetes' own Job controller takes its seconds on a busy machine. */
const LONG = 60_000;

/** A JobSet `js` in a namespace of its own. */
const created = async (spec: object): Promise<JobSetUnderTest> =>
  JobSetUnderTest.create(platform.api, jobSetOf(await platform.namespace(), 'js', spec));

describe('a JobSet', () => {
  test(
    'runs Indexed Jobs behind one headless Service, completes, and its time to live runs out',
    async () => {
      const set = await created({
        replicatedJobs: [
          replicatedJob('leader'),
          replicatedJob('worker', { replicas: 2, job: { parallelism: 2, completions: 2 } }),
        ],
        ttlSecondsAfterFinished: 2,
      });
      const running = await set.running(5);
      const names = running.map(({ spec }) => `${spec.hostname}.${spec.subdomain}`).sort();
      expect(names).toEqual([
        'js-leader-0-0.js',
        'js-worker-0-0.js',
        'js-worker-0-1.js',
        'js-worker-1-0.js',
        'js-worker-1-1.js',
      ]);
      const service = await platform.api.get(SERVICE, set.namespace, 'js');
      expect(service?.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
      for (const pod of running) {
        expect(pod.metadata.labels).toMatchObject(service?.spec.selector);
        expect(pod.metadata.labels).toMatchObject({ 'jobset.sigs.k8s.io/restart-attempt': '0' });
      }
      await settles(async () =>
        expect((await set.get())?.status.replicatedJobsStatus).toEqual([
          { name: 'worker', ready: 2, succeeded: 0, failed: 0, active: 2, suspended: 0 },
          { name: 'leader', ready: 1, succeeded: 0, failed: 0, active: 1, suspended: 0 },
        ]),
      );
      for (const { metadata } of await set.jobs()) await set.exit(metadata.name ?? '', 0);
      const done = await set.condition('Completed');
      expect(done.status).toMatchObject({ terminalState: 'Completed', restarts: 0 });
      expect(conditionOf(done, 'Completed')).toMatchObject({
        reason: 'AllJobsCompleted',
        message: 'jobset completed successfully',
      });
      await eventually('it to be gone', async () => (await set.get()) === undefined);
      const labels = { jobset_name: 'js', namespace: set.namespace };
      expect(await platform.counter('jobset_completed_total', labels)).toBe(1);
    },
    LONG,
  );

  test(
    '[training 31] restarts as a whole up to maxRestarts, then fails',
    async () => {
      const set = await created({
        replicatedJobs: [replicatedJob('a'), replicatedJob('b')],
        failurePolicy: { maxRestarts: 1 },
      });
      const before = (await set.running(2)).map(({ metadata }) => metadata.uid);
      await set.exit('js-a-0', 1);
      await set.condition('RestartingJobSet', 'False');
      const after = await set.running(2);
      expect(after.filter(({ metadata }) => before.includes(metadata.uid))).toEqual([]);
      for (const { metadata } of after) expect(metadata.labels?.['jobset.sigs.k8s.io/restart-attempt']).toBe('1');
      await set.exit('js-b-0', 1);
      const failed = await set.condition('Failed');
      expect(conditionOf(failed, 'Failed')).toMatchObject({
        reason: 'ReachedMaxRestarts',
        message: 'jobset failed due to reaching max number of restarts (first failed job: js-b-0)',
      });
      expect(failed.status).toMatchObject({ restarts: 1, restartsCountTowardsMax: 1, terminalState: 'Failed' });
      await settles(async () => expect((await set.jobs()).map(({ metadata }) => metadata.name)).toEqual(['js-b-0']));
      expect(await platform.counter('jobset_failed_total', { jobset_name: 'js', namespace: set.namespace })).toBe(1);
    },
    LONG,
  );

  test(
    'a pod that is deleted, or evicted, takes the others with it; what the cluster took away does not count',
    async () => {
      const job = {
        parallelism: 2,
        completions: 2,
        podFailurePolicy: {
          rules: [{ action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
        },
      };
      const set = await created({
        replicatedJobs: [replicatedJob('w', { job, pod: { restartPolicy: 'Never' } })],
        failurePolicy: {
          maxRestarts: 1,
          rules: [{ action: 'RestartJobSetAndIgnoreMaxRestarts', onJobFailureReasons: ['PodFailurePolicy'] }],
        },
      });
      const attempt = async (number: number) =>
        eventually(`attempt ${number}`, async () => {
          const pods = await set.running(2);
          const label = ({ metadata }: Loose) => metadata.labels?.['jobset.sigs.k8s.io/restart-attempt'];
          return pods.every((pod) => label(pod) === String(number)) && pods;
        });
      const [first] = await attempt(0);
      const path = pathOf(POD, set.namespace, first?.metadata.name ?? '', 'eviction');
      const metadata = { name: first?.metadata.name, namespace: set.namespace };
      const eviction = await platform.api.raw('POST', path, { apiVersion: 'policy/v1', kind: 'Eviction', metadata });
      expect(eviction.code).toBe(201);
      const [second] = await attempt(1);
      const status = async () => (await set.get())?.status;
      await settles(async () => expect(await status()).toMatchObject({ restarts: 1 }));
      expect((await status())?.restartsCountTowardsMax ?? 0).toBe(0);

      await platform.api.delete(POD, set.namespace, second?.metadata.name ?? '');
      await attempt(2);
      await settles(async () => expect(await status()).toMatchObject({ restarts: 2, restartsCountTowardsMax: 1 }));
    },
    LONG,
  );

  test(
    'RestartJob makes the failed Job anew and leaves the others',
    async () => {
      const set = await created({
        replicatedJobs: [replicatedJob('w', { replicas: 2 })],
        failurePolicy: { maxRestarts: 3, rules: [{ name: 'alone', action: 'RestartJob' }] },
      });
      await set.running(2);
      const [kept, failed] = await set.jobs();
      await set.exit('js-w-1', 1);
      await settles(async () => {
        const [first, second] = await set.jobs();
        expect(first?.metadata.uid).toBe(kept?.metadata.uid);
        expect(second?.metadata.uid).not.toBe(failed?.metadata.uid);
        expect(second?.metadata.labels?.['jobset.sigs.k8s.io/job-restart-attempt']).toBe('1');
      });
      await settles(async () =>
        expect((await set.get())?.status.replicatedJobsStatus[0]).toMatchObject({ jobRestarts: [0, 1], ready: 2 }),
      );
    },
    LONG,
  );

  test(
    'dependsOn Ready: the workers’ Jobs are made when the leader is ready',
    async () => {
      const set = await created({
        replicatedJobs: [
          replicatedJob('leader', { pod: { schedulingGates: [{ name: 'test/wait' }] } }),
          replicatedJob('worker', { dependsOn: [{ name: 'leader', status: 'Ready' }] }),
        ],
      });
      const [pod] = await eventually('the leader’s pod', async () => {
        const found = await platform.api.list(POD, set.namespace);
        return found.length === 1 && found;
      });
      expect((await set.jobs()).map(({ metadata }) => metadata.name)).toEqual(['js-leader-0']);
      await platform.api.patch(POD, set.namespace, pod?.metadata.name ?? '', { spec: { schedulingGates: null } });
      await set.running(2);
      expect((await set.jobs()).map(({ metadata }) => metadata.name)).toEqual(['js-leader-0', 'js-worker-0']);
    },
    LONG,
  );

  test(
    'a queue’s way: suspended, placed, started, stopped, placed elsewhere, started again',
    async () => {
      const [node] = await platform.api.list(NODE);
      const hostname = node?.metadata.labels?.['kubernetes.io/hostname'] ?? '';
      const set = await created({ suspend: true, replicatedJobs: [replicatedJob('w')] });
      await set.condition('Suspended');
      const placed = (nodeSelector: object, suspend: boolean) => {
        const [first] = [replicatedJob('w', { pod: { nodeSelector } })];
        return set.edit({
          suspend,
          replicatedJobs: [{ ...first, replicas: 1, groupName: 'default', template: withDefaults(first) }],
        });
      };
      await placed({ 'kubernetes.io/hostname': hostname }, false);
      const [running] = await set.running(1);
      expect(running?.spec.nodeName).toBe(node?.metadata.name);
      await set.condition('Suspended', 'False');

      await placed({}, true);
      await settles(async () => expect(await platform.api.list(POD, set.namespace)).toEqual([]));
      await settles(async () => expect((await set.get())?.status.replicatedJobsStatus[0].suspended).toBe(1));
      await placed({ 'kubernetes.io/os': 'linux' }, false);
      const [again] = await set.running(1);
      expect(again?.spec.nodeSelector).toEqual({ 'kubernetes.io/os': 'linux' });
    },
    LONG,
  );

  test(
    'where the control plane keeps the start of a stopped Job, it is forgotten before the Job is placed anew',
    async () => {
      const managed = (nodeSelector: object) =>
        replicatedJob('w', { job: { managedBy: 'example.com/nobody' }, pod: { nodeSelector } });
      const set = await created({ suspend: true, replicatedJobs: [managed({})] });
      await set.condition('Suspended');
      await platform.api.patch(
        JOB,
        set.namespace,
        'js-w-0',
        { status: { startTime: '2026-01-01T00:00:00Z' } },
        'status',
      );
      const [first] = [managed({ 'kubernetes.io/os': 'linux' })];
      const stored = { ...first, replicas: 1, groupName: 'default', template: withDefaults(first) };
      await set.edit({ suspend: false, replicatedJobs: [stored] });
      await settles(async () => {
        const [job] = await set.jobs();
        expect(job?.spec).toMatchObject({
          suspend: false,
          template: { spec: { nodeSelector: { 'kubernetes.io/os': 'linux' } } },
        });
        expect(job?.status.startTime).toBeUndefined();
      });
    },
    LONG,
  );

  test(
    'shared claims: one goes with the set, one stays',
    async () => {
      const claim = (name: string, whenDeleted: string) => ({
        templates: [
          {
            metadata: { name },
            spec: {
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: '1Mi' } },
              storageClassName: 'none',
            },
          },
        ],
        retentionPolicy: { whenDeleted },
      });
      const mounts = ['gone', 'kept'].map((name) => ({ name, mountPath: `/${name}` }));
      const pod = { containers: [{ name: 'main', image: 'a:1', volumeMounts: mounts }] };
      const set = await created({
        suspend: true,
        replicatedJobs: [replicatedJob('w', { pod })],
        volumeClaimPolicies: [claim('gone', 'Delete'), claim('kept', 'Retain')],
      });
      const claims = async () =>
        (await platform.api.list(PERSISTENT_VOLUME_CLAIM, set.namespace)).map(({ metadata }) => metadata.name);
      await settles(async () => expect(await claims()).toEqual(['gone-js', 'kept-js']));
      const [job] = await eventually('the Job', async () => {
        const found = await set.jobs();
        return found.length === 1 && found;
      });
      expect(job?.spec.template.spec.volumes).toEqual([
        { name: 'gone', persistentVolumeClaim: { claimName: 'gone-js' } },
        { name: 'kept', persistentVolumeClaim: { claimName: 'kept-js' } },
      ]);
      await platform.api.delete(JOB_SET, set.namespace, 'js');
      await settles(async () => expect(await claims()).toEqual(['kept-js']));
    },
    LONG,
  );

  test(
    'what upstream’s webhook refuses the apiserver refuses',
    async () => {
      const namespace = await platform.namespace();
      const post = async (spec: object) => {
        const body = jobSetOf(namespace, 'js', spec);
        const answer = await platform.api.raw('POST', `${pathOf(JOB_SET, namespace)}?dryRun=All`, body);
        return `${answer.code} ${answer.text}`;
      };
      expect(await post({ replicatedJobs: [replicatedJob('w')] })).toMatch(/^201/);
      expect(
        await post({
          replicatedJobs: [replicatedJob('a'), replicatedJob('b', { dependsOn: [{ name: 'c', status: 'Ready' }] })],
        }),
      ).toMatch(/^422 .*stand before it/);
      expect(
        await post({ replicatedJobs: [replicatedJob('w')], failurePolicy: { restartStrategy: 'InPlaceRestart' } }),
      ).toMatch(/^422 .*InPlaceRestart is not available/);
      expect(await post({ replicatedJobs: [replicatedJob('w')], coordinator: { replicatedJob: 'w' } })).toMatch(
        /^422 .*spec.coordinator/,
      );
    },
    LONG,
  );
});

/** The template as the apiserver has stored it, so that a merge patch changes nothing but what the test means. */
function withDefaults({ template }: ReturnType<typeof replicatedJob>): object {
  const { spec } = template as { spec: { template: { spec: object } } };
  return {
    spec: {
      completionMode: 'Indexed',
      ...spec,
      template: { ...spec.template, spec: { restartPolicy: 'OnFailure', ...spec.template.spec } },
    },
  };
}
