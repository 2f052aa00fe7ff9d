import { JOB, POD, PYTORCH_JOB, SERVICE } from '../../../src/api/kinds.ts';
import { apiVersionOf } from '../../../src/api/kube.ts';
import type { Call, Edit, PatchKind } from './calls.ts';
import { NAMES, objectOf, times, writeQuery } from './draw.ts';
import { WIDGET } from './fixtures.ts';
import { edited } from './memory.ts';
import { META_EDITS } from './meta-edits.ts';
import type { Choices } from './random.ts';
import { edit, type Subject } from './subject.ts';

const BAD_NAMES = ['Bad', 'a/b', 'x'.repeat(64), '-', 'under_score', 'a.b', ''];

/** A call of any verb on objects of one kind. */
export function anyCall(c: Choices, subject: Subject): Call {
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
