import { inOwnVersion, isServed, type ResourceDefinition } from '../../api/crd.ts';
import { isOf, type KubeObject } from '../../api/kube.ts';
import type { JobType } from '../../embedded/what-if/index.ts';
import { type Located, locatedManifests } from '../manifest-files.ts';
import { admission, ServedSchemas } from '../served-schemas.ts';
import { admittedJob } from './batch-jobs.ts';
import { unsupportedFields } from './unsupported.ts';

/** A job as its author wrote it, with the API server's defaults. */
export interface JobTemplate extends Located {
  readonly type: JobType;
}

export interface Manifests {
  readonly jobs: readonly JobTemplate[];
  /** PriorityClasses, ResourceQuotas and LimitRanges. */
  readonly objects: readonly KubeObject[];
  /** Of the queues' API group. */
  readonly queues: readonly Located[];
  readonly namespaces: readonly KubeObject[];
  /** What is not simulated: kinds, with their number. */
  readonly leftOut: ReadonlyMap<string, number>;
}

export const QUEUE_GROUP = 'kueue.x-k8s.io';
const LOOKED_AT = ['PriorityClass', 'ResourceQuota', 'LimitRange'];
/** Scopes and the like: those that no pod here counts against, were they to be ignored, would be judged wrongly. */
const QUOTA_FIELDS = ['scopes', 'scopeSelector'];

/** @throws naming file, object and field, when an API server would refuse a job, or it asks for what is not simulated */
export function readWorkload(
  path: string,
  types: readonly JobType[],
  definitions: readonly ResourceDefinition[],
): Manifests {
  return sortOut(locatedManifests(path), types, definitions);
}

export function sortOut(
  located: readonly Located[],
  types: readonly JobType[],
  definitions: readonly ResourceDefinition[],
): Manifests {
  const jobs: JobTemplate[] = [];
  const objects: KubeObject[] = [];
  const queues: Located[] = [];
  const namespaces: KubeObject[] = [];
  const leftOut = new Map<string, number>();
  const schemas = new ServedSchemas();
  for (const { object: written, where } of located) {
    const object = clustered(written) ? written : inNamespace(written);
    const definition = definitions.find((each) => isServed(each, object));
    const watched = definition ? inOwnVersion(definition, object) : object;
    const type = types.find(({ domain }) => isOf(domain.kind, watched));
    if (type) jobs.push({ object: stored(object, definition, schemas, type, where), where, type });
    else if (object.apiVersion.startsWith(`${QUEUE_GROUP}/`)) queues.push({ object, where });
    else if (LOOKED_AT.includes(object.kind)) objects.push(checkedObject(object, where));
    else if (object.kind === 'Namespace') namespaces.push(object);
    else leftOut.set(object.kind, (leftOut.get(object.kind) ?? 0) + 1);
  }
  return { jobs, objects, queues, namespaces, leftOut };
}

const CLUSTERED = ['PriorityClass', 'Namespace', 'ClusterQueue', 'ResourceFlavor', 'WorkloadPriorityClass'];
const clustered = ({ kind }: KubeObject): boolean => CLUSTERED.includes(kind);

function inNamespace(object: KubeObject): KubeObject {
  return { ...object, metadata: { namespace: 'default', ...object.metadata } };
}

/** What an API server would store. */
function stored(
  object: KubeObject,
  definition: ResourceDefinition | undefined,
  schemas: ServedSchemas,
  type: JobType,
  where: string,
): KubeObject {
  const { status: _, ...given } = object;
  const admitted = definition ? admit(given, definition, schemas, where) : admitBuiltin(given, where);
  for (const { name, spec } of type.podSets(admitted)) {
    const [problem] = unsupportedFields(spec);
    if (problem) throw new Error(`${where}, pods ${name}: ${problem}`);
  }
  return admitted;
}

function admit(object: KubeObject, definition: ResourceDefinition, schemas: ServedSchemas, where: string): KubeObject {
  const schema = schemas.of(definition, object);
  if (!schema) return object;
  const { stored: admitted, unknown, invalid } = admission(object, schema);
  const problems = [
    ...unknown.map((path) => `unknown field "${path}": remove it`),
    ...invalid.map(({ field, message }) => `${field}: ${message}`),
  ];
  if (problems.length > 0) throw new Error(problems.map((problem) => `${where}, ${problem}`).join('\n'));
  return inOwnVersion(definition, admitted);
}

/** Kubernetes' own kind has no definition to go by. */
function admitBuiltin(object: KubeObject, where: string): KubeObject {
  const { object: admitted, problems } = admittedJob(object);
  if (problems.length > 0) throw new Error(problems.map((problem) => `${where}, ${problem}`).join('\n'));
  return admitted;
}

function checkedObject(object: KubeObject, where: string): KubeObject {
  const spec = (object.spec ?? {}) as Readonly<Record<string, unknown>>;
  const field = object.kind === 'ResourceQuota' ? QUOTA_FIELDS.find((name) => spec[name] !== undefined) : undefined;
  if (field) throw new Error(`${where}, spec.${field}: is not simulated; leave the quota out, or limit all pods`);
  return object;
}
