import type { JobSet } from '../../api/jobset.ts';
import { JOB, JOB_SET, NODE, PERSISTENT_VOLUME_CLAIM, POD, SERVICE } from '../../api/kinds.ts';
import { conditionOf, type KubeObject } from '../../api/kube.ts';
import { JOB_SET_NAME_LABEL } from '../../api/labels.ts';
import type { Domain, Found } from '../../runtime/domain.ts';
import { NODE_FIELDS, nodesOfInterest } from '../node-loss.ts';
import { planJobSet } from './plan.ts';
import { LOOKUPS } from './scene.ts';
import { isChildJob, resolveJobSet } from './set.ts';
import { sharedClaims } from './volumes.ts';

/** The fields of a child Job that plans read. */
const JOB_FIELDS = [
  'spec.suspend',
  'spec.parallelism',
  'spec.completions',
  'spec.template.metadata',
  'spec.template.spec.nodeSelector',
  'spec.template.spec.tolerations',
  'spec.template.spec.schedulingGates',
  'status.conditions',
  'status.startTime',
  'status.active',
  'status.ready',
  'status.succeeded',
];
const POD_FIELDS = ['spec.nodeName', 'status.phase'];
const SERVICE_FIELDS = ['spec.clusterIP'];
const CLAIM_FIELDS = ['status.phase'];

/** `jobset.x-k8s.io` JobSets. */
export function jobSetDomains(): Domain[] {
  return [JOB_SET_DOMAIN as Domain];
}

const JOB_SET_DOMAIN: Domain<JobSet> = {
  kind: JOB_SET,
  owns: [
    { kind: JOB, fields: JOB_FIELDS, labelSelector: JOB_SET_NAME_LABEL, update: 'never', optional: true },
    { kind: SERVICE, fields: SERVICE_FIELDS, update: 'never' },
    { kind: PERSISTENT_VOLUME_CLAIM, fields: CLAIM_FIELDS, update: 'never', optional: true },
    { kind: POD, fields: POD_FIELDS, labelSelector: JOB_SET_NAME_LABEL, update: 'never' },
  ],
  reads: [
    {
      name: LOOKUPS.services,
      kind: SERVICE,
      fields: SERVICE_FIELDS,
      keys: (object) => {
        const { namespace, subdomain } = resolveJobSet(object);
        return [`${namespace}/${subdomain}`];
      },
    },
    {
      name: LOOKUPS.claims,
      kind: PERSISTENT_VOLUME_CLAIM,
      fields: CLAIM_FIELDS,
      optional: true,
      keys: (object) => {
        const set = resolveJobSet(object);
        return sharedClaims(set).map((claim) => `${set.namespace}/${claim.object.metadata.name}`);
      },
    },
    {
      name: LOOKUPS.pods,
      kind: POD,
      fields: POD_FIELDS,
      labelSelector: JOB_SET_NAME_LABEL,
      by: 'controller',
      keys: (_object, children) => unfinishedJobs(children),
    },
    {
      name: LOOKUPS.nodes,
      kind: NODE,
      fields: NODE_FIELDS,
      keys: (_object, _children, found: Found) => nodesOfInterest(found[LOOKUPS.pods] ?? []),
    },
  ],
  permissions: [
    { group: JOB_SET.group, resource: JOB_SET.plural, verbs: ['list', 'watch', 'delete'] },
    { group: JOB_SET.group, resource: `${JOB_SET.plural}/status`, verbs: ['patch'] },
    { group: JOB_SET.group, resource: `${JOB_SET.plural}/finalizers`, verbs: ['update'] },
    { group: JOB.group, resource: JOB.plural, verbs: ['list', 'watch', 'create', 'patch', 'delete'] },
    { group: JOB.group, resource: `${JOB.plural}/status`, verbs: ['patch'] },
    { group: SERVICE.group, resource: SERVICE.plural, verbs: ['list', 'watch', 'create'] },
    {
      group: PERSISTENT_VOLUME_CLAIM.group,
      resource: PERSISTENT_VOLUME_CLAIM.plural,
      verbs: ['list', 'watch', 'create'],
    },
    { group: POD.group, resource: POD.plural, verbs: ['list', 'watch', 'delete'] },
    { group: NODE.group, resource: NODE.plural, verbs: ['list', 'watch'] },
  ],
  counters: [
    {
      name: 'jobset_completed_total',
      help: 'The total number of completed JobSets',
      labels: ['jobset_name', 'namespace'],
    },
    { name: 'jobset_failed_total', help: 'The total number of failed JobSets', labels: ['jobset_name', 'namespace'] },
  ],
  plan: planJobSet,
};

/** The UIDs of the Jobs whose pods may be lost with their nodes, or keep their Job from being gone. */
const unfinishedJobs = (children: readonly KubeObject[]): readonly string[] =>
  children.flatMap((child) => {
    const { uid, deletionTimestamp } = child.metadata;
    if (!isChildJob(child) || !uid) return [];
    const ended = ['Complete', 'Failed'].some((type) => conditionOf(child, type)?.status === 'True');
    return deletionTimestamp !== undefined || !ended ? [uid] : [];
  });
