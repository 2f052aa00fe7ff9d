import type { ResourceDefinition } from '../../api/crd.ts';
import { objectOf, objectsOf } from '../../api/json.ts';
import { type KubeObject, keyOf } from '../../api/kube.ts';
import type { Pool } from '../../embedded/what-if/index.ts';
import type { Domain } from '../../runtime/domain.ts';
import type { Located } from '../manifest-files.ts';
import { type Finding, finding } from './codes.ts';
import { deprecatedFields } from './deprecated.ts';
import { fitFindings } from './fit.ts';
import { imageFindings } from './images.ts';
import { podFieldFindings } from './pod-fields.ts';
import { podsOf } from './pod-sets.ts';
import { queueFindings } from './queues.ts';
import { quotaFindings } from './quota.ts';
import { SchemaCheck } from './schema.ts';
import { securityFindings } from './security.ts';
import { spotFindings } from './spot.ts';

/** What was found in one object. */
export interface ObjectFindings {
  readonly object: KubeObject;
  readonly where: string;
  readonly findings: readonly Finding[];
}

export interface CheckOptions {
  readonly definitions: readonly ResourceDefinition[];
  readonly domains: readonly Domain[];
  /** @default - whether pods fit is not judged */
  readonly pools?: readonly Pool[];
}

/** What a cluster would refuse or could never run, and what people regret later. Pure. */
export function checkAll(located: readonly Located[], options: CheckOptions): ObjectFindings[] {
  const schemas = new SchemaCheck(options.definitions);
  const judged = located.map(({ object, where }) => {
    const { stored, findings } = schemas.judge(object) ?? { stored: object, findings: [] };
    return { object, where, stored, findings };
  });
  const world = judged.map(({ stored }) => stored);
  const first = new Map<string, string>();
  return judged.map(({ object, where, stored, findings }) => {
    const twice = first.get(identity(object));
    if (twice === undefined) first.set(identity(object), where);
    const sound = findings.every(({ code }) => code !== 'invalid-field' && code !== 'unknown-kind');
    return {
      object,
      where,
      findings: [
        ...(twice === undefined ? [] : [duplicate(object, twice)]),
        ...findings,
        ...deprecatedFields(object),
        // What is misshapen would only lead to further complaints.
        ...(sound ? deepFindings(stored, world, options) : []),
      ],
    };
  });
}

function deepFindings(stored: KubeObject, world: readonly KubeObject[], options: CheckOptions): Finding[] {
  const namespace = stored.metadata.namespace ?? 'default';
  const inNamespace = (kind: string) =>
    world.filter((other) => other.kind === kind && (other.metadata.namespace ?? 'default') === namespace);
  const labels = world.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace)?.metadata
    .labels;
  const defaults = inNamespace('LimitRange').some(givesDefaults);
  const { sets, findings } = podsOf(stored, world);
  return [
    ...refusals(stored, options.domains),
    ...findings,
    ...sets.flatMap((set) => [
      ...podFieldFindings(set),
      ...imageFindings(set),
      ...securityFindings(set, labels ?? {}),
      ...spotFindings(stored, set),
    ]),
    ...quotaFindings(sets, inNamespace('ResourceQuota'), defaults),
    ...queueFindings(stored, sets, world),
    ...(options.pools ? fitFindings(sets, options.pools) : []),
  ];
}

function refusals(object: KubeObject, domains: readonly Domain[]): Finding[] {
  const domain = domains.find(
    ({ kind }) => kind.kind === object.kind && object.apiVersion.startsWith(`${kind.group}/`),
  );
  return (domain?.validate?.(object) ?? []).map((problem) => finding('refused-by-controller', '', problem));
}

/** A LimitRange that fills in what containers leave out. */
function givesDefaults({ spec }: KubeObject): boolean {
  return objectsOf(objectOf(spec).limits).some(
    ({ type, ...limit }) => type === 'Container' && (limit.default ?? limit.defaultRequest),
  );
}

function duplicate({ kind, metadata }: KubeObject, where: string): Finding {
  const message = `there is another ${kind} of this name in ${where}: the one applied last wins; give one of them another name`;
  return finding('duplicate-object', 'metadata.name', `${metadata.name}: ${message}`);
}

function identity({ apiVersion, kind, metadata }: KubeObject): string {
  return `${apiVersion.split('/')[0]} ${kind} ${keyOf({ namespace: 'default', ...metadata })}`;
}
