import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/api/kube.ts';
import { role, World } from './world.ts';

const LEADER_AND_WORKERS = [
  role('leader', { groupName: 'heads' }),
  role('worker', { replicas: 2, job: { parallelism: 4, completions: 4 } }),
];

describe('what a JobSet is made of', () => {
  test('a headless Service and one Job for each replica', () => {
    const world = new World({ replicatedJobs: LEADER_AND_WORKERS }).settle();
    expect(world.jobNames).toEqual(['js-leader-0', 'js-worker-0', 'js-worker-1']);
    expect(world.find('Service', 'js')?.spec).toEqual({
      clusterIP: 'None',
      selector: { 'jobset.sigs.k8s.io/jobset-name': 'js' },
      publishNotReadyAddresses: true,
    });
    expect(world.job('js-worker-1').spec).toMatchObject({
      completionMode: 'Indexed',
      parallelism: 4,
      completions: 4,
      suspend: false,
      template: { spec: { subdomain: 'js', restartPolicy: 'OnFailure' } },
    });
  });

  test('every label, as an annotation too, on the Job and on its pods', () => {
    const world = new World({ replicatedJobs: LEADER_AND_WORKERS }).settle();
    const { metadata, spec } = world.job('js-worker-1');
    const wanted = {
      'jobset.sigs.k8s.io/jobset-name': 'js',
      'jobset.sigs.k8s.io/jobset-uid': 'set-uid',
      'jobset.sigs.k8s.io/replicatedjob-name': 'worker',
      'jobset.sigs.k8s.io/replicatedjob-replicas': '2',
      'jobset.sigs.k8s.io/global-replicas': '3',
      'jobset.sigs.k8s.io/job-index': '1',
      'jobset.sigs.k8s.io/job-global-index': '2',
      // printf ns/js-worker-1 | sha1sum
      'jobset.sigs.k8s.io/job-key': 'b2c8752b9b5e6bf5bd7902a4f9e03b29e4889793',
      'jobset.sigs.k8s.io/restart-attempt': '0',
      'jobset.sigs.k8s.io/group-name': 'default',
      'jobset.sigs.k8s.io/group-replicas': '2',
      'jobset.sigs.k8s.io/job-group-index': '1',
    };
    expect(metadata.labels).toEqual(wanted);
    expect(metadata.annotations).toEqual(wanted);
    expect(spec.template.metadata).toEqual({ labels: wanted, annotations: wanted });
  });

  test('labels and annotations of the templates stay, each at its level', () => {
    const pod = { metadata: { labels: { level: 'pod' } }, spec: { containers: [{ name: 'main' }] } };
    const own = { labels: { level: 'job' }, annotations: { note: 'a' }, job: { template: pod } };
    const { metadata, spec } = new World({ replicatedJobs: [role('w', own)] }).settle().job('js-w-0');
    expect(metadata.labels).toMatchObject({ level: 'job' });
    expect(metadata.annotations).toMatchObject({ note: 'a' });
    expect(spec.template.metadata?.labels).toMatchObject({ level: 'pod' });
    expect(spec.template.metadata?.annotations).not.toHaveProperty('note');
  });

  test('a subdomain of its own; none without host names', () => {
    const named = new World({ network: { subdomain: 'net', publishNotReadyAddresses: false } }).settle();
    expect(named.find('Service', 'net')?.spec).toMatchObject({ publishNotReadyAddresses: false });
    expect(named.job('js-w-0').spec.template.spec?.subdomain).toBe('net');
    const plain = new World({ network: { enableDNSHostnames: false } }).settle();
    expect(plain.objects.map(({ kind }) => kind)).toEqual(['Job']);
    expect(plain.job('js-w-0').spec.template.spec?.subdomain).toBeUndefined();
  });

  test('a Service of that name that somebody made is used as it is', () => {
    const world = new World({ network: { subdomain: 'net' } });
    world.objects.push({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'net', namespace: 'ns', uid: 's' } });
    world.settle();
    expect(world.log).toEqual(['create Job js-w-0', 'status']);
  });

  test('the coordinator’s address', () => {
    const world = new World({
      replicatedJobs: [role('w', { replicas: 2, job: { completions: 3 } })],
      coordinator: { replicatedJob: 'w', jobIndex: 1, podIndex: 2 },
      network: { subdomain: 'net' },
    }).settle();
    for (const name of ['js-w-0', 'js-w-1']) {
      const { metadata, spec } = world.job(name);
      const coordinator = { 'jobset.sigs.k8s.io/coordinator': 'js-w-1-2.net' };
      expect([metadata.labels, metadata.annotations]).toEqual(Array(2).fill(expect.objectContaining(coordinator)));
      expect(spec.template.metadata?.labels).toMatchObject(coordinator);
    }
  });

  test('a Job does not go before its set: its own time to live is left out', () => {
    const world = new World({ replicatedJobs: [role('w', { job: { ttlSecondsAfterFinished: 1 } })] }).settle();
    expect(world.job('js-w-0').spec).not.toHaveProperty('ttlSecondsAfterFinished');
  });
});

describe('a set that is looked after by another', () => {
  test('[training 19] is left alone', () => {
    expect(new World({ managedBy: 'kueue.x-k8s.io/multikueue' }).settle().objects).toEqual([]);
    const own = new World({ managedBy: 'jobset.sigs.k8s.io/jobset-controller' }).settle();
    expect(own.jobNames).toEqual(['js-w-0']);
  });
});

describe('exclusive placement', () => {
  const EXCLUSIVE = { 'alpha.jobset.sigs.k8s.io/exclusive-topology': 'pool' };
  const key = (world: World) => world.job('js-w-0').metadata.labels?.['jobset.sigs.k8s.io/job-key'];

  test.each<[string, World]>([
    ['the set', new World({}, { annotations: EXCLUSIVE })],
    ['the replicated job', new World({ replicatedJobs: [role('w', { annotations: EXCLUSIVE })] })],
  ])('asked of %s: the pods of a Job attract each other and repel all others', (_of, world) => {
    const { metadata, spec } = world.settle().job('js-w-0');
    expect(metadata.annotations).toMatchObject(EXCLUSIVE);
    expect(spec.template.metadata?.annotations).toMatchObject(EXCLUSIVE);
    const expression = (operator: string) => ({ key: 'jobset.sigs.k8s.io/job-key', operator, values: [key(world)] });
    const term = (...matchExpressions: object[]) => ({
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchExpressions }, topologyKey: 'pool', namespaceSelector: {} },
      ],
    });
    expect(spec.template.spec?.affinity).toEqual({
      podAffinity: term(expression('In')),
      podAntiAffinity: term({ key: 'jobset.sigs.k8s.io/job-key', operator: 'Exists' }, expression('NotIn')),
    });
  });

  test('on nodes that were labelled beforehand: a selector and a toleration', () => {
    const annotations = { ...EXCLUSIVE, 'alpha.jobset.sigs.k8s.io/node-selector': 'true' };
    const { spec } = new World({}, { annotations }).settle().job('js-w-0');
    expect(spec.template.spec).toMatchObject({
      nodeSelector: { 'alpha.jobset.sigs.k8s.io/namespaced-job': 'ns_js-w-0' },
      tolerations: [{ key: 'alpha.jobset.sigs.k8s.io/no-schedule', operator: 'Exists', effect: 'NoSchedule' }],
    });
    expect(spec.template.spec?.affinity).toBeUndefined();
  });
});

describe('shared volumes', () => {
  const claim = (name: string) => ({ metadata: { name }, spec: { accessModes: ['ReadWriteOnce'] } });
  const mounting = (name: string, more: object = {}) => ({
    containers: [{ name: 'main', volumeMounts: [{ name, mountPath: '/data' }] }],
    ...more,
  });
  const owners = (object: KubeObject | undefined) => object?.metadata.ownerReferences?.length;

  test('a claim for each template, and a volume where it is mounted', () => {
    const world = new World({
      replicatedJobs: [
        role('a', { pod: mounting('data') }),
        role('b', {
          pod: {
            containers: [{ name: 'm' }],
            initContainers: [{ name: 'i', volumeMounts: [{ name: 'data', mountPath: '/' }] }],
          },
        }),
        role('c'),
      ],
      volumeClaimPolicies: [{ templates: [claim('data')] }],
    }).settle();
    expect(world.find('PersistentVolumeClaim', 'data-js')).toMatchObject({
      metadata: { labels: { 'jobset.sigs.k8s.io/jobset-name': 'js' } },
      spec: { accessModes: ['ReadWriteOnce'] },
    });
    const volumes = (name: string) => world.job(name).spec.template.spec?.volumes;
    expect(volumes('js-a-0')).toEqual([{ name: 'data', persistentVolumeClaim: { claimName: 'data-js' } }]);
    expect(volumes('js-b-0')).toEqual(volumes('js-a-0'));
    expect(volumes('js-c-0')).toBeUndefined();
  });

  test('goes with the set, or stays and is found by the next of that name', () => {
    const policies = (whenDeleted: 'Delete' | 'Retain') => [
      { templates: [claim('data')], retentionPolicy: { whenDeleted } },
    ];
    const going = new World({ volumeClaimPolicies: policies('Delete') }).settle();
    expect(owners(going.find('PersistentVolumeClaim', 'data-js'))).toBe(1);
    const staying = new World({ volumeClaimPolicies: policies('Retain') }).settle();
    expect(owners(staying.find('PersistentVolumeClaim', 'data-js'))).toBe(0);
    const next = new World({ volumeClaimPolicies: policies('Retain') }, { uid: 'other' });
    next.objects = staying.objects.filter(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(next.settle().log.filter((line) => line.includes('Claim'))).toEqual([]);
  });

  test('a volume of the template’s own goes before', () => {
    const pod = mounting('data', { volumes: [{ name: 'data', emptyDir: {} }] });
    const world = new World({
      replicatedJobs: [role('w', { pod })],
      volumeClaimPolicies: [{ templates: [claim('data')] }],
    });
    expect(world.settle().job('js-w-0').spec.template.spec?.volumes).toEqual([{ name: 'data', emptyDir: {} }]);
  });
});
