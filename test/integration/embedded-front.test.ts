import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allCrds } from '../../src/api/index.ts';
import { clusterDown, clusterUp } from '../../src/cluster/index.ts';
import { useEmbeddedPlatform } from '../support/embedded-platform.ts';
import { eventually } from '../support/eventually.ts';
import { type RawClient, rawClient } from '../support/raw-request.ts';

const MINUTES = 60_000;
const NAME = 'embedded-front';
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };

const platform = useEmbeddedPlatform();
let real: RawClient;
let embedded: RawClient;

beforeAll(async () => {
  await clusterDown(NAME);
  const info = await clusterUp({ name: NAME, nodes: 'fake:1' });
  real = await rawClient(info.kubeconfig);
  embedded = await rawClient(platform.current.kubeconfig);
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const crd of allCrds()) await real.ask(crds, { method: 'POST', body: crd });
  await eventually('the CRDs', async () => (await real.ask('/apis/kubeflow.org/v1/pytorchjobs')).code === 200);
}, 10 * MINUTES);

afterAll(async () => {
  real?.close();
  embedded?.close();
  await clusterDown(NAME);
}, MINUTES);

/** The same request to both. */
async function both(path: string, options: Parameters<RawClient['ask']>[1] = {}) {
  const [expected, actual] = await Promise.all([real.ask(path, options), embedded.ask(path, options)]);
  return { expected, actual };
}

interface TableBody {
  readonly columnDefinitions: readonly { readonly name: string; readonly description?: string }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

/** Ages pass, and descriptions are prose. */
function shown(body: unknown): object {
  const { columnDefinitions, rows } = body as TableBody;
  const passing = new Set(['Age', 'Created At', 'Last Seen', 'First Seen']);
  return {
    columns: columnDefinitions.map(({ description: _, ...column }) => column),
    rows: rows.map(({ cells }) =>
      cells.map((cell, index) => (passing.has(columnDefinitions[index]?.name ?? '') ? 'then' : cell)),
    ),
  };
}

const core = (plural: string) => `/api/v1/namespaces/default/${plural}`;
const POD_SPEC = { schedulerName: 'nobody', containers: [{ name: 'main', image: 'any' }] };
const STARTED = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const containerStatus = (state: object, more: object = {}) => ({
  name: 'main',
  image: 'any',
  imageID: '',
  ready: false,
  restartCount: 0,
  state,
  ...more,
});
const pod = (name: string, status: object, spec: object = {}) => ({
  path: core('pods'),
  object: { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { ...POD_SPEC, ...spec } },
  status,
});

interface Subject {
  readonly path: string;
  readonly object: { readonly metadata: { readonly name: string } };
  readonly status?: object;
}

const JOB = { apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob' };

const SUBJECTS: readonly Subject[] = [
  pod('pending', { phase: 'Pending' }),
  pod('runs', { phase: 'Running', podIP: '10.0.0.1', containerStatuses: [containerStatus(STARTED, { ready: true })] }),
  pod('crashes', {
    phase: 'Running',
    containerStatuses: [containerStatus({ waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 2 })],
  }),
  pod('signalled', {
    phase: 'Failed',
    containerStatuses: [containerStatus({ terminated: { exitCode: 137, signal: 9 } })],
  }),
  pod('exited', { phase: 'Failed', containerStatuses: [containerStatus({ terminated: { exitCode: 3 } })] }),
  pod('evicted', { phase: 'Failed', reason: 'Evicted' }),
  pod('done', {
    phase: 'Succeeded',
    containerStatuses: [containerStatus({ terminated: { exitCode: 0, reason: 'Completed' } })],
  }),
  pod(
    'initializing',
    {
      phase: 'Pending',
      initContainerStatuses: [
        { ...containerStatus({ terminated: { exitCode: 0, reason: 'Completed' } }), name: 'one' },
        { ...containerStatus(STARTED), name: 'two' },
      ],
    },
    {
      initContainers: [
        { name: 'one', image: 'any' },
        { name: 'two', image: 'any' },
      ],
    },
  ),
  pod(
    'beside',
    {
      phase: 'Running',
      conditions: [{ type: 'Initialized', status: 'True' }],
      initContainerStatuses: [{ ...containerStatus(STARTED, { ready: true, started: true }), name: 'side' }],
      containerStatuses: [containerStatus(STARTED, { ready: true })],
    },
    {
      initContainers: [{ name: 'side', image: 'any', restartPolicy: 'Always' }],
      readinessGates: [{ conditionType: 'a/b' }],
    },
  ),
  {
    path: core('services'),
    object: {
      metadata: { name: 'headless' },
      spec: {
        clusterIP: 'None',
        selector: { b: 'c', a: 'd' },
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 81, protocol: 'UDP' },
        ],
      },
    } as never,
  },
  {
    path: core('services'),
    object: { metadata: { name: 'elsewhere' }, spec: { type: 'ExternalName', externalName: 'example.org' } } as never,
  },
  {
    path: core('configmaps'),
    object: { metadata: { name: 'data' }, data: { a: '1' }, binaryData: { b: 'AA==' } } as never,
  },
  { path: core('secrets'), object: { metadata: { name: 'data' }, type: 'Opaque', data: { a: 'AA==' } } as never },
  { path: core('serviceaccounts'), object: { metadata: { name: 'robot' } } },
  { path: core('limitranges'), object: { metadata: { name: 'limits' }, spec: { limits: [] } } as never },
  {
    path: core('persistentvolumeclaims'),
    object: {
      metadata: { name: 'claim' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: 'none',
        volumeMode: 'Filesystem',
      },
    } as never,
    status: { phase: 'Pending' },
  },
  {
    path: core('events'),
    object: {
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'p', fieldPath: 'spec.containers{main}' },
      reason: 'Started',
      message: ' It started \n',
      type: 'Normal',
      source: { component: 'kubelet', host: 'n' },
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      count: 3,
    } as never,
  },
  {
    path: '/api/v1/nodes',
    object: {
      metadata: { name: 'table', labels: { 'node-role.kubernetes.io/gpu': '' } },
      spec: { unschedulable: true },
    } as never,
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      addresses: [{ type: 'InternalIP', address: '10.0.0.9' }],
      nodeInfo: { kubeletVersion: 'v1', osImage: 'os', kernelVersion: 'k', containerRuntimeVersion: 'r' },
    },
  },
  {
    path: '/apis/scheduling.k8s.io/v1/priorityclasses',
    object: { metadata: { name: 'high' }, value: 7, preemptionPolicy: 'Never' } as never,
  },
  {
    path: '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
    object: {
      metadata: { name: 'budget' },
      spec: { minAvailable: '50%', selector: { matchLabels: { a: 'b' } } },
    } as never,
  },
  {
    path: '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies',
    object: { metadata: { name: 'policy' }, spec: { podSelector: { matchLabels: { b: 'c', a: 'd' } } } } as never,
  },
  {
    path: '/apis/coordination.k8s.io/v1/namespaces/default/leases',
    object: { metadata: { name: 'lease' }, spec: { holderIdentity: 'me' } } as never,
  },
  {
    path: '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
    object: {
      metadata: { name: 'scaler' },
      spec: {
        minReplicas: 2,
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob', name: 'j' },
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
        ],
      },
    } as never,
  },
  {
    path: '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles',
    object: { metadata: { name: 'role' }, rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] } as never,
  },
  {
    path: '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings',
    object: {
      metadata: { name: 'binding' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'role' },
      subjects: [
        { kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' },
        { kind: 'ServiceAccount', name: 's', namespace: 'default' },
      ],
    } as never,
  },
  {
    path: '/apis/kubeflow.org/v1/namespaces/default/pytorchjobs',
    object: {
      ...JOB,
      metadata: { name: 'job' },
      spec: {
        runPolicy: { suspend: true, managedBy: 'kueue.x-k8s.io/multikueue' },
        pytorchReplicaSpecs: { Master: { template: { spec: { containers: [{ name: 'pytorch', image: 'any' }] } } } },
      },
    } as never,
    status: {
      conditions: [
        { type: 'Created', status: 'True' },
        { type: 'Running', status: 'True' },
      ],
    },
  },
];

describe('tables read as those of kube-apiserver', () => {
  test.each(
    SUBJECTS.map((subject) => [`${subject.path.split('/').at(-1)} ${subject.object.metadata.name}`, subject] as const),
  )('%s', async (_title, { path, object, status }) => {
    const { name } = object.metadata;
    const made = await both(path, { method: 'POST', body: object });
    expect([made.actual.code, made.actual.body]).toEqual([made.expected.code, expect.anything()]);
    if (status) {
      const patched = await both(`${path}/${name}/status`, {
        method: 'PATCH',
        body: { status },
        headers: { 'content-type': 'application/merge-patch+json' },
      });
      expect([patched.expected.code, patched.actual.code]).toEqual([200, 200]);
    }
    const { expected, actual } = await both(`${path}?fieldSelector=metadata.name=${name}`, { headers: TABLE });
    expect(shown(actual.body)).toEqual(shown(expected.body));
    const one = await both(`${path}/${name}`, { headers: TABLE });
    expect(shown(one.actual.body)).toEqual(shown(one.expected.body));
  });
});

interface Discovered {
  readonly name: string;
}

describe('discovery tells what kube-apiserver does', () => {
  test.each([
    '/api/v1',
    '/apis/kubeflow.org/v1',
    '/apis/policy/v1',
    '/apis/coordination.k8s.io/v1',
    '/apis/events.k8s.io/v1',
    '/apis/scheduling.k8s.io/v1',
    '/apis/autoscaling/v2',
    '/apis/networking.k8s.io/v1',
    '/apis/rbac.authorization.k8s.io/v1',
    '/apis/authentication.k8s.io/v1',
    '/apis/authorization.k8s.io/v1',
    '/apis/apiextensions.k8s.io/v1',
  ])('%s, of what is served', async (path) => {
    const { expected, actual } = await both(path);
    const { resources, ...list } = actual.body as { resources: Discovered[] };
    const { resources: known, ...knownList } = expected.body as { resources: (Discovered & Record<string, unknown>)[] };
    expect(list).toEqual(knownList);
    const served = new Set(resources.map(({ name }) => name));
    const wanted = known.filter(({ name }) => served.has(name)).map(({ storageVersionHash: _, ...rest }) => rest);
    const byName = (a: Discovered, b: Discovered) => (a.name < b.name ? -1 : 1);
    const plain = (list_: readonly (Discovered & { verbs?: readonly string[] })[]) =>
      list_.map(({ verbs = [], ...rest }) => ({ ...rest, verbs: [...verbs].sort() })).sort(byName);
    expect(plain(resources)).toEqual(plain(wanted));
  });
});

const MAPS = core('configmaps');

describe('refusals are those of kube-apiserver', () => {
  test.each([
    ['GET', `${MAPS}/none`, undefined, {}],
    ['GET', `${core('things')}`, undefined, {}],
    ['GET', '/apis/kubeflow.org/v1/namespaces/default/pytorchjobs/none', undefined, {}],
    ['DELETE', `${MAPS}/none`, undefined, {}],
    ['POST', MAPS, { metadata: { name: 'data' } }, {}],
    ['POST', MAPS, { metadata: { name: 'Upper_Case' } }, {}],
    ['POST', MAPS, { metadata: {} }, {}],
    ['POST', core('pods').replace('default', 'nowhere'), { metadata: { name: 'x' }, spec: POD_SPEC }, {}],
    ['POST', core('pods'), { metadata: { name: 'x' }, spec: { containers: [] } }, {}],
    ['PUT', `${MAPS}/data`, { metadata: { name: 'data', resourceVersion: '1' } }, {}],
    ['PUT', `${MAPS}/data`, { metadata: { name: 'other' } }, {}],
    ['PATCH', `${MAPS}/data`, {}, { 'content-type': 'application/json' }],
    [
      'PATCH',
      '/apis/kubeflow.org/v1/namespaces/default/pytorchjobs/job',
      {},
      { 'content-type': 'application/strategic-merge-patch+json' },
    ],
    ['DELETE', `${MAPS}/data`, { preconditions: { uid: 'other' } }, {}],
    [
      'POST',
      '/apis/kubeflow.org/v1/namespaces/default/pytorchjobs',
      { ...JOB, metadata: { name: 'bad' }, spec: { pytorchReplicaSpecs: {} } },
      {},
    ],
  ])('%s %s %j', async (method, path, body, headers) => {
    const { expected, actual } = await both(path, { method, headers, ...(body && { body }) });
    expect(masked(actual.body)).toEqual(masked(expected.body));
    expect(actual.code).toBe(expected.code);
  });
});

/** Identities and versions differ. */
const masked = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UID'));
