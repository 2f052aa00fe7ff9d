import { parse } from 'yaml';
import type { JsonObject } from '../../../src/api/json.ts';
import type { Loose } from '../api.ts';
import type { Json } from './compare.ts';

const without = (fields: JsonObject, ...names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

/** What identifies an object apart from its name, of which nothing may differ. */
function identity({ metadata }: Loose) {
  return {
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    owners: (metadata.ownerReferences ?? []).map((owner) => without({ ...owner }, 'uid')),
  };
}

/** An object that nobody but its creator writes. */
export const maskObject = (object: Loose) => ({ ...identity(object), spec: object.spec as JsonObject });

/**
 * A JobSet. The order of its environment hangs on a hash map upstream, so it is sorted; amounts are text, and what is empty
 * is not there, since only Go writes it.
 */
export const maskJobSet = (jobSet: Loose) => ({ ...identity(jobSet), spec: inOneWay(jobSet.spec) });

const EMPTIED = ['metadata', 'resources', 'status'];

function inOneWay(value: unknown, amounts = false): unknown {
  if (Array.isArray(value)) return value.map((entry) => inOneWay(entry));
  if (typeof value === 'number' && amounts) return String(value);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, entry]) => {
    if (key === 'env' && Array.isArray(entry)) return [[key, environmentLines(entry as JsonObject[]).sort()]];
    if (EMPTIED.includes(key) && Object.keys(entry as object).length === 0) return [];
    return [[key, inOneWay(entry, amounts || key === 'limits' || key === 'requests')]];
  });
  return Object.fromEntries(entries);
}

/** A ConfigMap's entries; those that are YAML or JSON as what they mean. */
export const maskConfigMap = (map: Loose) => {
  const { data = {} } = map as Loose & { readonly data?: Readonly<Record<string, string>> };
  return {
    ...identity(map),
    data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, meaning(text)])),
  };
};

function meaning(text: string): unknown {
  if (!/^(\{|apiVersion:|kind:)/m.test(text)) return text;
  const { status: _, ...object } = parse(text) as JsonObject & { readonly metadata?: JsonObject };
  const { uid, resourceVersion, creationTimestamp, generation, managedFields, ...metadata } = object.metadata ?? {};
  return inOneWay({ ...object, metadata });
}

/** What a Secret holds is random: its type and its keys are told. */
export const maskSecret = (secret: Loose) => {
  const {
    data = {},
    type,
    immutable,
  } = secret as Loose & { readonly [field: string]: unknown; readonly data?: object };
  return { ...identity(secret), type, immutable, keys: Object.keys(data).sort() };
};

/** Ports in the order of their numbers: upstream's order is that of a hash map. */
export function maskService(service: Loose) {
  const { ports = [], ...spec } = service.spec as JsonObject & {
    readonly ports?: readonly { readonly port: number }[];
  };
  return {
    ...identity(service),
    spec: {
      ...without(spec, 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'),
      ports: [...ports].sort((a, b) => a.port - b.port),
    },
  };
}

/** A pod without what the scheduler and admission added. */
export const maskPod = (pod: Loose) => ({
  ...identity(pod),
  phase: String(pod.status?.phase),
  spec: maskPodSpec(pod.spec as JsonObject),
});

/** A Job of Kubernetes' own. */
export function maskBatchJob(job: Loose) {
  const { template, ...spec } = job.spec as JsonObject & { readonly template: Loose };
  const { metadata, spec: pod } = template;
  return { ...identity(job), spec: { ...spec, template: { metadata, spec: maskPodSpec(pod as JsonObject) } } };
}

/** Who may do what: a Role, a RoleBinding or a ServiceAccount. */
export function maskAccess(object: Loose) {
  const { rules, roleRef, subjects } = object as Loose & JsonObject;
  return { ...identity(object), rules, roleRef, subjects };
}

function maskPodSpec(spec: JsonObject) {
  const lists = ['containers', 'initContainers'].flatMap((list) =>
    list in spec ? [[list, (spec[list] as JsonObject[]).map(maskContainer)]] : [],
  );
  const volumes = (spec.volumes as { name: string }[] | undefined)?.filter(({ name }) => !isToken(name)) ?? [];
  return {
    ...without(spec, 'nodeName', 'volumes', 'containers', 'initContainers'),
    ...(volumes.length > 0 && { volumes }),
    ...Object.fromEntries(lists),
  };
}

function maskContainer(container: JsonObject) {
  const mounts = (container.volumeMounts as { name: string }[] | undefined)?.filter(({ name }) => !isToken(name)) ?? [];
  return {
    ...without(container, 'env', 'volumeMounts'),
    // As lines, because their order is part of what is promised.
    env: environmentLines((container.env as JsonObject[] | undefined) ?? []),
    ...(mounts.length > 0 && { volumeMounts: mounts }),
  };
}

const environmentLines = (env: readonly JsonObject[]): string[] =>
  env.map(
    ({ name, value, valueFrom }) => `${name}=${valueFrom === undefined ? (value ?? '') : JSON.stringify(valueFrom)}`,
  );

const isToken = (volume: string): boolean => volume.startsWith('kube-api-access-');

interface Condition {
  readonly type: string;
}

/** A job as its users see it: times are told by how often they were set. */
export function maskJob(job: Loose, timesSet: (field: string, value: string) => number) {
  const {
    conditions = [],
    startTime,
    completionTime,
    ...status
  } = (job.status ?? {}) as JsonObject & {
    readonly conditions?: readonly Condition[];
    readonly startTime?: string;
    readonly completionTime?: string;
  };
  const set = (field: string, value: string | undefined) =>
    value === undefined ? {} : { [field]: timesSet(field, value) };
  return {
    annotations: job.metadata.annotations ?? {},
    labels: job.metadata.labels ?? {},
    // Where a peer's webhook has written the object, Go's empty maps stand in it.
    spec: inOneWay(job.spec),
    status: {
      ...status,
      ...set('startTime', startTime),
      ...set('completionTime', completionTime),
      order: conditions.map(({ type }) => type),
      conditions: Object.fromEntries(conditions.map((condition) => [condition.type, maskTimes({ ...condition })])),
    },
  };
}

const maskTimes = (condition: JsonObject): JsonObject => ({
  ...condition,
  ...('lastUpdateTime' in condition && { lastUpdateTime: 'set' }),
  ...('lastTransitionTime' in condition && { lastTransitionTime: 'set' }),
});

/** Events by what they are: how often each was said is not compared. */
export function maskEvents(events: readonly Loose[]) {
  const told = new Map<string, Set<string>>();
  for (const event of events as readonly (Loose & { type?: string; reason?: string; note?: string })[]) {
    const key = `${event.type} ${event.reason}`;
    told.set(key, (told.get(key) ?? new Set()).add(event.note ?? ''));
  }
  return Object.fromEntries([...told].map(([key, notes]) => [key, [...notes].sort()]));
}

/** As plain JSON, with everything masked that differs from namespace to namespace. */
export const plain = (value: unknown, masked: (text: string) => string): Json =>
  JSON.parse(masked(JSON.stringify(value))) as Json;
