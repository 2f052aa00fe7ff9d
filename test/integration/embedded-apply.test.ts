import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CUSTOM_RESOURCE_DEFINITION, NAMESPACE } from '../../src/api/kinds.ts';
import { apiVersionOf, type KubeObject } from '../../src/api/kube.ts';
import { keepTimes, managedFieldsOf } from '../../src/embedded/patch/index.ts';
import { ApiError } from '../../src/runtime/client.ts';
import { type Command, commandsOn, overlay } from '../embedded/patch/commands.ts';
import { modelWrite } from '../embedded/patch/model.ts';
import { LISTS, REFUSED } from '../embedded/patch/refusals.ts';
import { SUBJECTS, type Subject } from '../embedded/patch/subjects.ts';
import { WIDGET, WIDGET_CRD } from '../embedded/patch/widget.ts';
import { Api, pathOf, targetOf } from '../support/api.ts';
import { sharedCluster } from '../support/cluster.ts';
import { freshNamespace } from '../support/namespace.ts';
import { served } from '../support/test-crd.ts';

/** Sequences for each kind; raise it to look harder. */
const RUNS = Number(process.env.ARMATURE_APPLY_SEQUENCES ?? 60);
const CONTENT_TYPES = {
  apply: 'application/apply-patch+yaml',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

let api: Api;
let namespace = '';
let serial = 0;

beforeAll(async () => {
  api = new Api(targetOf((await sharedCluster()).kubeconfig));
  await api.apply(CUSTOM_RESOURCE_DEFINITION, WIDGET_CRD);
  await served(api, WIDGET);
  namespace = await freshNamespace(api);
}, 1_200_000);

afterAll(async () => {
  for (const { kind } of SUBJECTS) await clear(kind);
  await api.delete(NAMESPACE, undefined, namespace);
  await api.close();
}, 120_000);

/** Deletes what is left, finalizers or not. */
async function clear(kind: Subject['kind']): Promise<void> {
  for (const { metadata } of await api.list(kind, namespace)) {
    if (metadata.finalizers) await api.patch(kind, namespace, metadata.name!, { metadata: { finalizers: null } });
    await api.delete(kind, namespace, metadata.name!);
  }
}

interface Outcome {
  readonly code: number;
  readonly reason?: string;
  readonly message?: string;
  readonly object?: KubeObject;
}

/** Plays a sequence on the server and on the model, and compares after every write. */
async function play(subject: Subject, commands: readonly Command[]): Promise<void> {
  const name = `w-${serial++}`;
  let live: KubeObject | undefined;
  const told: unknown[] = [];
  for (const wanted of commands) {
    const command = commandOn(live, wanted);
    const body = bodyOf(subject, name, live, command);
    told.push({ ...command, body });
    const real = await send(subject, name, command, body);
    if (real.code === 422 && /is invalid: /.test(real.message ?? '')) continue;
    const own = ownOutcome(subject, live, command, body, newestTime(real.object ?? live));
    const adopted = own.object && real.object ? adopt(subject, real.object, own.object) : own.object;
    expect({ told, ...own, object: adopted }).toEqual({ told, ...real });
    live = real.object ?? live;
  }
}

/** What was read is not there yet for a first write: it creates. */
function commandOn(live: KubeObject | undefined, command: Command): Command {
  const { subresource: _, ...rest } = command;
  if (live) return command;
  return command.type === 'apply' ? rest : { ...rest, type: 'create', body: {} };
}

function bodyOf(subject: Subject, name: string, live: KubeObject | undefined, command: Command): unknown {
  const { type, managedFields } = command;
  if (type === 'json' || type === 'merge' || type === 'strategic') return command.body;
  const identity = { apiVersion: apiVersionOf(subject.kind), kind: subject.kind.kind, metadata: { name, namespace } };
  const required = type === 'apply' && live && !subject.appliesRequired ? {} : subject.required;
  const content = overlay(overlay(required, command.body), identity) as KubeObject;
  if (type !== 'put' || !live) return content;
  const allotted = Object.fromEntries(
    Object.entries((live.spec ?? {}) as object).filter(([key]) => subject.allotted.includes(key)),
  );
  const {
    managedFields: known,
    labels: _,
    annotations: __,
    finalizers: ___,
    ...meta
  } = live.metadata as never as Record<string, unknown>;
  const fields = { keep: known, omit: undefined, reset: [{}] }[managedFields];
  const metadata = { ...meta, ...content.metadata, ...(fields !== undefined && { managedFields: fields }) };
  const spec = subject.allotted.length > 0 ? { spec: { ...allotted, ...(content.spec as object) } } : {};
  return { ...content, ...spec, metadata };
}

async function send(subject: Subject, name: string, command: Command, body: unknown, more = ''): Promise<Outcome> {
  const { type, manager, force, subresource } = command;
  const query = `?fieldManager=${manager}${type === 'apply' && force ? '&force=true' : ''}${more}`;
  const creates = type === 'create';
  const path = `${pathOf(subject.kind, namespace, creates ? undefined : name, subresource)}${query}`;
  const method = creates ? 'POST' : type === 'put' ? 'PUT' : 'PATCH';
  const contentType = creates || type === 'put' ? 'application/json' : CONTENT_TYPES[type];
  const answer = await api.raw(method, path, JSON.stringify(body), contentType);
  const value = JSON.parse(answer.text) as KubeObject & { reason?: string; message?: string };
  if (answer.code < 300) return { code: 200, object: value };
  return { code: answer.code, reason: value.reason ?? '', message: value.message ?? '' };
}

function ownOutcome(
  subject: Subject,
  live: KubeObject | undefined,
  command: Command,
  body: unknown,
  now: number,
): Outcome {
  try {
    const object = modelWrite(subject, live, command, body, now);
    return { code: 200, object: live ? keepTimes(live, object) : object };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { code: error.code, reason: error.reason, message: error.message };
  }
}

/** The server's time at its last tracked write: the model writes at the same. */
function newestTime(object: KubeObject | undefined): number {
  const entries = (managedFieldsOf(object) ?? []) as readonly { time?: string }[];
  return Math.max(0, ...entries.map(({ time }) => (time ? Date.parse(time) : 0)));
}

/** Our object with what only the server can know. */
function adopt(subject: Subject, real: KubeObject, own: KubeObject): KubeObject {
  const { uid, resourceVersion, creationTimestamp, generation } = real.metadata;
  const given = { uid, resourceVersion, creationTimestamp, generation };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { generation: _, ...metadata } = own.metadata;
  const from = (real.spec ?? {}) as Record<string, unknown>;
  const allotted = subject.allotted.filter((key) => key in from).map((key) => [key, from[key]]);
  const spec = allotted.length > 0 ? { spec: { ...(own.spec as object), ...Object.fromEntries(allotted) } } : {};
  return { ...own, ...spec, metadata: { ...metadata, ...known } } as KubeObject;
}

describe('what kube-apiserver refuses is refused in its words', () => {
  const [configMaps, , podTemplates] = SUBJECTS;

  test.each(Object.keys(REFUSED) as (keyof typeof REFUSED)[])('%s', async (type) => {
    const live = await api.apply(configMaps!.kind, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'refused', namespace },
      data: { a: 'b' },
    } as KubeObject);
    for (const body of REFUSED[type]) await compareOnce(configMaps!, live, type, body);
  });

  test('strategic merges of lists', async () => {
    const containers = [{ name: 'a', image: 'x', env: [{ name: 'A', value: '1' }] }];
    const live = await api.create(podTemplates!.kind, {
      apiVersion: 'v1',
      kind: 'PodTemplate',
      metadata: { name: 'refused', namespace },
      template: { spec: { containers } },
    } as unknown as KubeObject);
    for (const list of LISTS) {
      await compareOnce(podTemplates!, live, 'strategic', { template: { spec: { containers: list } } });
    }
    const order = { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] };
    for (const list of [[{ name: 'b', image: 'y' }], [{ name: 'c', image: 'y' }], undefined]) {
      const spec = { ...order, ...(list && { containers: list }) };
      await compareOnce(podTemplates!, live, 'strategic', { template: { spec } });
    }
  });
});

/** One write that is tried only. */
async function compareOnce(subject: Subject, live: KubeObject, type: Command['type'], body: unknown): Promise<void> {
  const command: Command = { type, manager: 'ann', body, force: false, managedFields: 'keep' };
  const real = await send(subject, live.metadata.name!, command, body, '&dryRun=All');
  const own = ownOutcome(subject, live, command, body, newestTime(real.object ?? live));
  if (real.code === 422 && /is invalid: /.test(real.message ?? '')) return;
  const adopted = own.object && real.object ? adopt(subject, real.object, own.object) : own.object;
  expect({ body, ...own, object: adopted }).toEqual({ body, ...real });
}

test('of more than ten updaters the oldest become one', async () => {
  const commands = Array.from(
    { length: 15 },
    (_, index): Command => ({
      type: index === 7 ? 'apply' : 'merge',
      manager: `m${(index * 7) % 15}`,
      body: { data: { [`k${index}`]: 'x' } },
      force: false,
      managedFields: 'keep',
    }),
  );
  await play(SUBJECTS[0]!, commands);
});

describe('random sequences of writes lead to what kube-apiserver makes of them', () => {
  for (const subject of SUBJECTS) {
    test(subject.kind.kind, async () => {
      await fc.assert(
        fc.asyncProperty(commandsOn(subject), (commands) => play(subject, commands)),
        { numRuns: RUNS, endOnFailure: process.env.ARMATURE_APPLY_SHRINK === undefined },
      );
    }, 600_000);
  }
});
