import { EVENT, JOB, NAMESPACE, POD, PYTORCH_JOB, SERVICE } from '../../../src/api/kinds.ts';
import { apiVersionOf } from '../../../src/api/kube.ts';
import { CORE_EVENT, LIMIT_RANGE, RESOURCE_QUOTA } from '../../../src/embedded/builtin/kinds.ts';
import type { Call, Edit, PatchKind, Sequence } from './calls.ts';
import { NODE_NAME, WIDGET } from './fixtures.ts';
import { JOBS } from './job-subject.ts';
import { edited } from './memory.ts';
import { Choices } from './random.ts';
import { edit, type Subject } from './subject.ts';
import { META_EDITS, PODS, SUBJECTS } from './subjects.ts';

type Theme = 'objects' | 'jobs' | 'pods' | 'owners' | 'quota' | 'limits' | 'namespace' | 'scale';

const THEMES: readonly (readonly [number, Theme])[] = [
  [47, 'objects'],
  [8, 'jobs'],
  [20, 'pods'],
  [8, 'owners'],
  [5, 'quota'],
  [4, 'limits'],
  [1, 'namespace'],
  [7, 'scale'],
];
const NAMES = ['a', 'b', 'c'];
const BAD_NAMES = ['Bad', 'a/b', 'x'.repeat(64), '-', 'under_score', 'a.b', ''];

/** The sequence of a seed and a number: always the same. */
export function sequenceOf(seed: number, index: number): Sequence {
  const choices = new Choices(seed, index);
  const theme = choices.weighted(THEMES);
  return { id: `${seed}:${index}`, theme, calls: WRITERS[theme](choices) };
}

const WRITERS: Readonly<Record<Theme, (choices: Choices) => Call[]>> = {
  objects: (c) => {
    const first = c.pick(SUBJECTS);
    const second = c.pick(SUBJECTS);
    // An Event is written through one of its faces, and read through both.
    const isEvent = first.kind.kind === 'Event';
    const subjects = [first, ...(c.chance(0.3) && !(isEvent && second.kind.kind === 'Event') ? [second] : [])];
    const calls = times(6 + c.int(16), () => anyCall(c, c.pick(subjects)));
    if (!isEvent) return calls;
    const other = first.kind === EVENT ? CORE_EVENT : EVENT;
    return [...calls, { verb: 'list', kind: other }, { verb: 'get', kind: other, name: 'a' }];
  },
  pods: (c) => {
    const start = created(c, PODS, 'a');
    return [start, ...times(6 + c.int(14), () => (c.chance(0.35) ? podCall(c) : anyCall(c, PODS)))];
  },
  jobs: (c) => [created(c, JOBS, 'a'), ...times(6 + c.int(16), () => anyCall(c, JOBS))],
  owners,
  quota,
  limits,
  namespace: namespaces,
  scale: (c) => {
    const widgets = subjectOf(WIDGET.plural);
    return [
      created(c, widgets, 'a'),
      ...times(8 + c.int(8), () => (c.chance(0.5) ? scaleCall(c) : anyCall(c, widgets))),
    ];
  },
};

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const subjectOf = (plural: string): Subject =>
  [...SUBJECTS, PODS].find(({ kind }) => kind.plural === plural) as Subject;

function objectOf(c: Choices, { kind, bodies }: Subject, name: string | undefined): object {
  const labels = c.chance(0.5) ? { labels: { a: c.pick(['b', 'c']) } } : {};
  const metadata = { ...(name !== undefined && { name }), ...labels };
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, ...c.pick(bodies) };
}

const created = (c: Choices, subject: Subject, name: string): Call => ({
  verb: 'create',
  kind: subject.kind,
  name: '',
  body: objectOf(c, subject, name),
});

function anyCall(c: Choices, subject: Subject): Call {
  return c.weighted<(c: Choices, subject: Subject) => Call>([
    [22, createCall],
    [8, getCall],
    [12, listCall],
    [7, watchCall],
    [18, updateCall],
    [20, patchCall],
    [13, deleteCall],
    [2, collectionCall],
  ])(c, subject);
}

/** Mostly what is fine, now and then what is not. */
function someEdits(c: Choices, subject: Subject, status = false): Edit[] {
  const own = status && subject.statusEdits ? subject.statusEdits : subject.edits;
  const edits = times(1 + c.int(2), () => c.pick(c.chance(0.65) ? own : META_EDITS));
  // A custom resource that calls itself another kind is refused at another moment.
  const custom = subject.kind === WIDGET || subject.kind === PYTORCH_JOB;
  // A pod that waits for a node and is held by a finalizer would be failed by a controller in its own time.
  const pods = subject.kind === POD;
  return edits.filter(
    ({ path, value }) => (!custom || path[0] !== 'kind' || value === undefined) && (!pods || path[1] !== 'finalizers'),
  );
}

function writeQuery(c: Choices): Record<string, string | boolean> {
  return {
    ...(c.chance(0.15) && { dryRun: 'All' }),
    ...(c.chance(0.3) && { fieldValidation: c.pick(['Strict', 'Ignore', 'Warn']) }),
    ...(c.chance(0.3) && { fieldManager: c.pick(['ann', 'bob']) }),
  };
}

function createCall(c: Choices, subject: Subject): Call {
  const { kind } = subject;
  // A Service is given an address by its name before its name is looked at.
  const bad = subject.kind === SERVICE ? 'Bad' : c.pick(BAD_NAMES);
  const name = c.weighted([
    [9, c.pick(NAMES)],
    [1, bad],
  ]);
  let body: unknown = objectOf(c, subject, name);
  if (c.chance(0.12)) {
    const base = c.pick([`g${c.int(1000)}-`, 'Bad-', `y${c.int(1000)}${'y'.repeat(70)}-`]);
    body = edited(edited(body, edit('metadata/name')), edit('metadata/generateName', base));
  }
  if (c.chance(0.4)) for (const each of someEdits(c, subject)) body = edited(body, each);
  if (c.chance(0.03)) body = edited(body, edit('metadata/resourceVersion', '12'));
  if (c.chance(0.03)) body = edited(body, edit('status', { phase: 'Ignored' }));
  return { verb: 'create', kind, query: writeQuery(c), body };
}

const statusOf = (c: Choices, subject: Subject): { sub?: string } =>
  subject.statusEdits && c.chance(0.3) ? { sub: 'status' } : {};

function getCall(c: Choices, subject: Subject): Call {
  return { verb: 'get', kind: subject.kind, name: c.pick([...NAMES, 'missing']), ...statusOf(c, subject) };
}

function selectors(c: Choices, { fieldSelectors = [], only }: Subject): Record<string, string> {
  const labelSelector = c.pick([
    'a=b',
    'a!=b',
    'a in (b,c)',
    'a notin (b)',
    'a',
    '!a',
    'a==b,!e',
    'a=b=c',
    'a in b',
    ',',
    'a>3',
    'bad key',
  ]);
  const field = c.pick([
    ...fieldSelectors,
    'metadata.name=a',
    'metadata.name!=a',
    'metadata.namespace=$ns',
    'bogus=1',
    'metadata.name',
  ]);
  const fields = [c.chance(0.3) && field, only].filter(Boolean).join(',');
  return { ...(c.chance(0.35) && { labelSelector }), ...(fields && { fieldSelector: fields }) };
}

function listCall(c: Choices, subject: Subject): Call {
  const { plural } = subject.kind;
  // What a real cluster adds by itself would count as a row of a page.
  const pages = subject.only === undefined ? 1 : 0;
  const page = c.weighted<Record<string, string | number>>([
    [50, {}],
    [20 * pages, { limit: 1 + c.int(2) }],
    [15 * pages, { limit: 1, continue: `$continue:${plural}` }],
    [4 * pages, { limit: 1, continue: 'nonsense' }],
    [6, { resourceVersion: `$oldrv:${plural}/a`, resourceVersionMatch: 'Exact' }],
    [6, { resourceVersion: `$oldrv:${plural}/a`, resourceVersionMatch: 'NotOlderThan' }],
    [5, { resourceVersion: `$listrv:${plural}` }],
    [2, { resourceVersion: 'x' }],
    [2, { resourceVersionMatch: 'Exact' }],
    [2, { resourceVersion: '0', resourceVersionMatch: 'Exact' }],
    [2, { resourceVersion: `$listrv:${plural}`, resourceVersionMatch: 'Bogus' }],
  ]);
  return { verb: 'list', kind: subject.kind, query: { ...selectors(c, subject), ...page } };
}

function watchCall(c: Choices, subject: Subject): Call {
  const { plural } = subject.kind;
  const from = c.weighted<Record<string, string | boolean>>([
    [3, {}],
    [3, { resourceVersion: '0' }],
    [4, { resourceVersion: `$listrv:${plural}` }],
    [4, { resourceVersion: `$oldrv:${plural}/a` }],
    [3, { resourceVersion: `$rv:${plural}/b` }],
    [1, { resourceVersion: 'x' }],
    [4, { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true }],
    [
      2,
      {
        sendInitialEvents: true,
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: true,
        resourceVersion: `$rv:${plural}/a`,
      },
    ],
    [1, { sendInitialEvents: true }],
    [1, { resourceVersionMatch: 'Exact', resourceVersion: `$rv:${plural}/a` }],
  ]);
  return { verb: 'watch', kind: subject.kind, query: { ...selectors(c, subject), ...from } };
}

function updateCall(c: Choices, subject: Subject): Call {
  const status = statusOf(c, subject);
  const edits = c.chance(0.1) ? [] : someEdits(c, subject, status.sub !== undefined);
  const base = c.weighted<NonNullable<Call['base']>>([
    [6, 'fresh'],
    [2, 'stale'],
    [2, 'none'],
  ]);
  const name = c.pick(NAMES);
  return {
    verb: 'update',
    kind: subject.kind,
    name,
    ...status,
    query: writeQuery(c),
    base,
    edits,
    body: objectOf(c, subject, name),
  };
}

function patchCall(c: Choices, subject: Subject): Call {
  const status = statusOf(c, subject);
  const patch = c.pick<PatchKind>(['merge', 'json', 'strategic', 'apply']);
  // What an object says it is, and when it is deleted, a patch leaves alone.
  const edits = someEdits(c, subject, status.sub !== undefined).filter(
    ({ path: [first, second] }) =>
      second !== undefined && !(first === 'metadata' && /^(deletion|creation)/.test(second)),
  );
  const name = c.pick(NAMES);
  const query = {
    ...writeQuery(c),
    ...(patch === 'apply' && {
      ...(c.chance(0.9) && { fieldManager: c.pick(['ann', 'bob']) }),
      ...(c.chance(0.3) && { force: true }),
    }),
  };
  return {
    verb: 'patch',
    kind: subject.kind,
    name,
    ...status,
    query,
    patch,
    body: patchBody(c, subject, patch, edits, name),
  };
}

function patchBody(c: Choices, subject: Subject, patch: PatchKind, edits: readonly Edit[], name: string): unknown {
  if (patch === 'json') {
    return edits.map(({ path, value }) => {
      const op = value === undefined ? 'remove' : c.pick(['add', 'add', 'replace', 'test']);
      const pointer = `/${path.map((key) => key.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
      return { op, path: pointer, ...(op !== 'remove' && { value }) };
    });
  }
  const whole = patch === 'apply' && c.chance(0.6);
  const identity = { apiVersion: apiVersionOf(subject.kind), kind: subject.kind.kind, metadata: { name } };
  let body: unknown = patch !== 'apply' ? {} : whole ? objectOf(c, subject, name) : identity;
  for (const { path, value } of edits) {
    if (value === undefined && patch === 'apply') continue;
    if (path.some((key) => /^\d+$/.test(key)) && !whole) continue;
    body = edited(body, { path, value: value === undefined ? null : value });
  }
  return body;
}

function deleteCall(c: Choices, subject: Subject): Call {
  const { plural } = subject.kind;
  const name = c.pick(NAMES);
  const body = {
    // A Job orphans its pods unless told otherwise, and a real cluster takes its time over that.
    ...(subject.kind === JOB && { propagationPolicy: 'Background' }),
    ...(c.chance(0.25) && { propagationPolicy: c.pick(['Background', 'Bogus']) }),
    ...(c.chance(0.25) && { gracePeriodSeconds: c.pick([0, 1, 30, 60, -1]) }),
    ...(c.chance(0.2) && {
      preconditions: c.pick<object>([
        { uid: `$uid:${plural}/${name}` },
        { uid: '11111111-1111-4111-8111-111111111111' },
        { resourceVersion: `$rv:${plural}/${name}` },
        { resourceVersion: `$oldrv:${plural}/${name}` },
      ]),
    }),
    ...(c.chance(0.1) && { dryRun: ['All'] }),
  };
  return { verb: 'delete', kind: subject.kind, name, body: { apiVersion: 'v1', kind: 'DeleteOptions', ...body } };
}

function collectionCall(c: Choices, subject: Subject): Call {
  const { only } = subject;
  const fields = only ?? (subject.kind.plural === 'serviceaccounts' ? 'metadata.name!=default' : undefined);
  const query = {
    ...(c.chance(0.6) && { labelSelector: c.pick(['a=b', 'a!=b', 'a']) }),
    ...(fields && { fieldSelector: fields }),
  };
  const body = {
    ...(subject.kind === JOB && { propagationPolicy: 'Background' }),
    ...(c.chance(0.3) && { gracePeriodSeconds: c.pick([0, 10]) }),
  };
  return {
    verb: 'deletecollection',
    kind: subject.kind,
    query,
    body: { apiVersion: 'v1', kind: 'DeleteOptions', ...body },
  };
}

function podCall(c: Choices): Call {
  const name = c.pick(NAMES);
  const dry = c.chance(0.1) ? { query: { dryRun: 'All' } } : {};
  if (c.chance(0.4)) {
    const identity = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } };
    const deleteOptions = {
      ...(c.chance(0.4) && { gracePeriodSeconds: c.pick([0, 5]) }),
      ...(c.chance(0.2) && { preconditions: { uid: `$uid:pods/${name}` } }),
    };
    const body = { ...identity, ...(Object.keys(deleteOptions).length > 0 && { deleteOptions }) };
    return { verb: 'post', kind: POD, name, sub: 'eviction', ...dry, body };
  }
  const target = c.weighted<object>([
    [8, { apiVersion: 'v1', kind: 'Node', name: NODE_NAME }],
    [1, { kind: 'Node' }],
    [1, { kind: 'Other', name: NODE_NAME }],
  ]);
  const uid = c.chance(0.2) ? { uid: c.pick([`$uid:pods/${name}`, '11111111-1111-4111-8111-111111111111']) } : {};
  const annotations = c.chance(0.2) ? { annotations: { bound: 'yes' } } : {};
  const labels = c.chance(0.1) ? { labels: { bound: 'yes' } } : {};
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, ...uid, ...annotations, ...labels }, target };
  return { verb: 'post', kind: POD, name, sub: 'binding', ...dry, body };
}

function scaleCall(c: Choices): Call {
  const kind = WIDGET;
  const name = c.pick(['a', 'a', 'b']);
  const replicas = c.pick<unknown>([1, 2, 5, -1, 'x']);
  const query = writeQuery(c);
  if (c.chance(0.3)) return { verb: 'get', kind, name, sub: 'scale' };
  if (c.chance(0.5)) {
    const patch = c.pick<PatchKind>(['merge', 'json']);
    const body =
      patch === 'json' ? [{ op: 'replace', path: '/spec/replicas', value: replicas }] : { spec: { replicas } };
    return { verb: 'patch', kind, name, sub: 'scale', patch, query, body };
  }
  const resourceVersion = c.pick([undefined, '$rv:widgets/a', '$oldrv:widgets/a']);
  const metadata = { name, namespace: '$ns', ...(resourceVersion && { resourceVersion }) };
  const body = {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata,
    spec: { ...(replicas !== undefined && { replicas }) },
  };
  return { verb: 'update', kind, name, sub: 'scale', query, body };
}

const settle: Call = { verb: 'settle' };

/** Objects that own each other, deleted in every way; compared once nothing moves any more. */
function owners(c: Choices): Call[] {
  const kinds = ['configmaps', 'secrets', 'widgets', 'pods', 'leases', 'jobs'].map(subjectOf);
  const calls: Call[] = [];
  // Dependents that do not block race with the end of an owner that waits for the others.
  const blocking = c.chance(0.6);
  const made: string[] = [];
  for (let i = 0; i < 5 + c.int(5); i++) {
    const subject = c.pick(kinds);
    const name = `o${i}`;
    const parents = made.filter(() => c.chance(0.35));
    const references = [...parents, ...(c.chance(0.1) ? ['configmaps/missing'] : [])].map((parent, at) =>
      owner(c, parent, at === 0, blocking),
    );
    let body = objectOf(c, subject, name) as unknown;
    if (references.length > 0) body = edited(body, edit('metadata/ownerReferences', references));
    const { nodeName } = ((body as { spec?: { nodeName?: string } }).spec ?? {}) as { nodeName?: string };
    const waits = subject.kind === POD && nodeName === undefined;
    if (c.chance(0.15) && !waits) body = edited(body, edit('metadata/finalizers', ['compare.armature.dev/hold']));
    calls.push({ verb: 'create', kind: subject.kind, body });
    made.push(`${subject.kind.plural}/${name}`);
  }
  calls.push(settle);
  for (let i = 0; i < 3 + c.int(4); i++) {
    const [plural = '', name = ''] = c.pick(made).split('/');
    const { kind } = subjectOf(plural);
    if (c.chance(0.3) && kind !== POD) {
      calls.push({
        verb: 'patch',
        kind,
        name,
        patch: 'merge',
        body: { metadata: { finalizers: c.chance(0.8) ? null : ['compare.armature.dev/hold'] } },
      });
    } else {
      const propagationPolicy = c.pick(['Background', blocking ? 'Foreground' : 'Background', 'Orphan', undefined]);
      calls.push({
        verb: 'delete',
        kind,
        name,
        body: { apiVersion: 'v1', kind: 'DeleteOptions', ...(propagationPolicy && { propagationPolicy }) },
      });
    }
    calls.push(settle);
  }
  return calls;
}

function owner(c: Choices, parent: string, controller: boolean, blocking: boolean): object {
  const [plural = '', name = ''] = parent.split('/');
  const { kind } = subjectOf(plural);
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    name,
    uid: `$uid:${parent}`,
    ...(controller && c.chance(0.5) && { controller: true }),
    ...((blocking || c.chance(0.4)) && { blockOwnerDeletion: true }),
  };
}

function quota(c: Choices): Call[] {
  const hard = c.pick<Record<string, string>>([
    { pods: '2' },
    { 'count/pods': '1', 'count/leases.coordination.k8s.io': '2' },
    { 'requests.cpu': '2', 'limits.memory': '2Gi' },
    { cpu: '2', memory: '2Gi', pods: '3' },
    { 'count/jobs.batch': '1', pods: '2' },
    { services: '1', 'count/secrets': '1', 'count/widgets.compare.armature.dev': '1' },
    { 'requests.nvidia.com/gpu': '1', pods: '5' },
  ]);
  const calls: Call[] = [
    {
      verb: 'create',
      kind: RESOURCE_QUOTA,
      body: { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard } },
    },
    settle,
  ];
  for (let i = 0; i < 6 + c.int(6); i++) {
    if (c.chance(0.25)) {
      const [plural, name] = c.pick([
        ['pods', 'p0'],
        ['pods', 'p1'],
        ['services', 'p2'],
        ['widgets', 'p3'],
        ['secrets', 'p2'],
      ] as const);
      calls.push(
        { verb: 'delete', kind: subjectOf(plural).kind, name, body: { apiVersion: 'v1', kind: 'DeleteOptions' } },
        settle,
      );
    } else if (c.chance(0.6)) calls.push(sizedPod(c, `p${i}`), settle);
    else {
      const subject = subjectOf(c.pick(['services', 'secrets', 'widgets', 'leases', 'jobs']));
      calls.push({ ...created(c, subject, `p${i}`), query: c.chance(0.2) ? { dryRun: 'All' } : {} }, settle);
    }
  }
  return calls;
}

function sizedPod(c: Choices, name: string): Call {
  const amounts = (): object => ({
    ...(c.chance(0.5) && { cpu: c.pick(['500m', '1', '3']) }),
    ...(c.chance(0.5) && { memory: c.pick(['512Mi', '1Gi', '3Gi']) }),
  });
  const resources = (): object => ({
    ...(c.chance(0.7) && { requests: amounts() }),
    ...(c.chance(0.4) && { limits: { ...amounts(), ...(c.chance(0.3) && { 'nvidia.com/gpu': '1' }) } }),
  });
  const containers = times(1 + c.int(2), () => 0).map((_, i) => ({
    name: `c${i}`,
    image: 'i:1',
    resources: resources(),
  }));
  const initContainers = c.chance(0.3) ? { initContainers: [{ name: 'i', image: 'i:1', resources: resources() }] } : {};
  const spec = { schedulerName: 'nobody', automountServiceAccountToken: false, containers, ...initContainers };
  return { verb: 'create', kind: POD, body: { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec } };
}

function limits(c: Choices): Call[] {
  const limit = c.pick<object>([
    { type: 'Container', default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '500m' } },
    { type: 'Container', max: { cpu: '1' } },
    { type: 'Container', min: { cpu: '1', memory: '1Gi' } },
    { type: 'Container', max: { cpu: '2', memory: '2Gi' }, min: { cpu: '100m' }, default: { cpu: '1' } },
    { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
    { type: 'Pod', max: { cpu: '2' } },
    { type: 'Pod', min: { memory: '1Gi' } },
  ]);
  const range = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'l' }, spec: { limits: [limit] } };
  return [
    { verb: 'create', kind: LIMIT_RANGE, body: range },
    settle,
    ...times(4 + c.int(5), () => sizedPod(c, `p${c.int(9)}`)),
  ];
}

/** A namespace is deleted with what is in it, and refuses what comes then. */
function namespaces(c: Choices): Call[] {
  const held = c.chance(0.3);
  const first = times(3, () => created(c, c.pick(SUBJECTS), c.pick(NAMES)));
  const body = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', finalizers: ['compare.armature.dev/hold'] },
  };
  const holder: Call[] = held ? [{ verb: 'create', kind: subjectOf('configmaps').kind, body }] : [];
  const del: Call = { verb: 'delete', kind: NAMESPACE, name: '$ns', body: { apiVersion: 'v1', kind: 'DeleteOptions' } };
  const release: Call = {
    verb: 'patch',
    kind: subjectOf('configmaps').kind,
    name: 'held',
    patch: 'merge',
    body: { metadata: { finalizers: null } },
  };
  return [
    ...first,
    ...holder,
    { verb: 'get', kind: NAMESPACE, name: '$ns' },
    { verb: 'patch', kind: NAMESPACE, name: '$ns', patch: 'merge', body: { metadata: { labels: { l: 'm' } } } },
    del,
    ...(held ? [settle, created(c, subjectOf('configmaps'), 'late'), created(c, PODS, 'late'), del, release] : []),
    settle,
    created(c, subjectOf('configmaps'), 'late'),
    { verb: 'get', kind: NAMESPACE, name: '$ns' },
  ];
}
