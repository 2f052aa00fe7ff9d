import { type CelRule, same } from './schema.ts';

/**
 * What upstream's webhook refuses, as rules that the apiserver checks itself: no webhook has to be up for a JobSet to be
 * taken or refused.
 */

const JOBS = 'self.replicatedJobs';
/** What begins the name of a Service, as the apiserver wants it. */
export const LABEL = '^[a-z]([-a-z0-9]*[a-z0-9])?$';
const named = (target: string): string => `${JOBS}.exists(r, r.name == ${target})`;
const whenSet = (field: string, rule: string): string => `!has(self.${field}) || (${rule})`;

const startup: CelRule = {
  rule: `!(has(self.startupPolicy) && self.startupPolicy.startupPolicyOrder == 'InOrder' && has(${JOBS}) && ${JOBS}.exists(r, has(r.dependsOn)))`,
  message: 'spec.startupPolicy InOrder and spec.replicatedJobs[].dependsOn exclude each other: keep dependsOn',
};

const dependencies: readonly CelRule[] = [
  {
    rule: `!has(${JOBS}) || size(${JOBS}) == 0 || !has(${JOBS}[0].dependsOn)`,
    message: 'spec.replicatedJobs[0].dependsOn must not be set: nothing comes before the first replicated job',
  },
  {
    rule: `!has(${JOBS}) || ${JOBS}.all(r, !has(r.dependsOn) || r.dependsOn.all(d, d.name != r.name && ${JOBS}.filter(o, o.name == d.name || o.name == r.name)[0].name == d.name))`,
    message: 'spec.replicatedJobs[].dependsOn may only name replicated jobs that stand before it in the list',
  },
];

const targets: readonly CelRule[] = [
  {
    rule: whenSet(
      'successPolicy',
      `!has(self.successPolicy.targetReplicatedJobs) || self.successPolicy.targetReplicatedJobs.all(t, has(${JOBS}) && ${named('t')})`,
    ),
    message: 'spec.successPolicy.targetReplicatedJobs must name replicated jobs of this JobSet',
  },
  {
    rule: whenSet(
      'failurePolicy',
      `!has(self.failurePolicy.rules) || self.failurePolicy.rules.all(f, !has(f.targetReplicatedJobs) || f.targetReplicatedJobs.all(t, has(${JOBS}) && ${named('t')}))`,
    ),
    message: 'spec.failurePolicy.rules[].targetReplicatedJobs must name replicated jobs of this JobSet',
  },
];

const failureRules: readonly CelRule[] = [
  {
    rule: whenSet(
      'failurePolicy',
      "!has(self.failurePolicy.rules) || self.failurePolicy.rules.all(f, !has(f.name) || f.name == '' || self.failurePolicy.rules.filter(g, has(g.name) && g.name == f.name).size() == 1)",
    ),
    message: 'spec.failurePolicy.rules[].name must be unique',
  },
  {
    rule: whenSet(
      'failurePolicy',
      `!has(self.failurePolicy.rules) || !self.failurePolicy.rules.exists(f, f.action in ['RestartJob', 'RestartJobAndIgnoreMaxRestarts']) || !has(${JOBS}) || ${JOBS}.all(r, r.replicas <= 1024)`,
    ),
    message:
      'spec.replicatedJobs[].replicas must be at most 1024 where spec.failurePolicy has a rule that restarts single Jobs: their restarts are counted one by one',
  },
];

const coordinator: CelRule = {
  rule: whenSet(
    'coordinator',
    `has(${JOBS}) && ${JOBS}.exists(r, r.name == self.coordinator.replicatedJob && (has(self.coordinator.jobIndex) ? self.coordinator.jobIndex : 0) >= 0 && (has(self.coordinator.jobIndex) ? self.coordinator.jobIndex : 0) < r.replicas && r.template.spec.completionMode == 'Indexed' && has(r.template.spec.completions) && (has(self.coordinator.podIndex) ? self.coordinator.podIndex : 0) >= 0 && (has(self.coordinator.podIndex) ? self.coordinator.podIndex : 0) < r.template.spec.completions)`,
  ),
  message:
    'spec.coordinator must name a pod that there will be: a replicated job of this JobSet that is Indexed with completions set, a jobIndex below its replicas and a podIndex below its completions',
};

const managedBy: readonly CelRule[] = [
  {
    rule: 'has(self.managedBy) == has(oldSelf.managedBy)',
    message: 'spec.managedBy is immutable: delete the JobSet and create it anew',
  },
  {
    rule: "!has(self.managedBy) || self.managedBy.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/.+$')",
    message: 'spec.managedBy must be a path with a domain before it, such as example.com/controller',
  },
];

const shape: CelRule = {
  rule: `has(${JOBS}) == has(oldSelf.replicatedJobs) && (!has(${JOBS}) || (size(${JOBS}) == size(oldSelf.replicatedJobs) && ${JOBS}.all(r, oldSelf.replicatedJobs.exists(o, o.name == r.name))))`,
  message: 'spec.replicatedJobs cannot be added, removed or renamed: delete the JobSet and create it anew',
};

const RUNNING = '(!has(self.suspend) || !self.suspend) && (!has(oldSelf.suspend) || !oldSelf.suspend)';
const POD = 'template.spec.template';

/** What a queue may still change while nothing runs. */
const untouched: CelRule = {
  rule: `!(${RUNNING}) || !has(${JOBS}) || !has(oldSelf.replicatedJobs) || ${JOBS}.all(r, oldSelf.replicatedJobs.exists(o, o.name == r.name && ${[
    ...['nodeSelector', 'tolerations', 'schedulingGates'].map((field) => same(`r.${POD}.spec`, `o.${POD}.spec`, field)),
    same(`r.${POD}`, `o.${POD}`, 'metadata'),
  ].join(' && ')}))`,
  message:
    'spec.replicatedJobs[].template.spec.template: nodeSelector, tolerations, schedulingGates, labels and annotations can only change while the JobSet is suspended; set spec.suspend first',
};

/** Rules over `spec`. */
export const jobSetSpecRules = (): readonly CelRule[] => [
  startup,
  ...dependencies,
  ...targets,
  ...failureRules,
  coordinator,
  ...managedBy,
  shape,
  untouched,
];

const INDEX = 'size(string(r.replicas > 0 ? r.replicas - 1 : 0))';

const digits = (field: string): string => `(has(${field}) ? size(string(${field})) : 1)`;
const COORDINATOR_LENGTH = [
  'size(self.metadata.name) + size(self.spec.coordinator.replicatedJob) + 4',
  digits('self.spec.coordinator.jobIndex'),
  digits('self.spec.coordinator.podIndex'),
  "(has(self.spec.network.subdomain) && self.spec.network.subdomain != '' ? size(self.spec.network.subdomain) : size(self.metadata.name))",
].join(' + ');

/** Rules over the whole object: names of Jobs, pods and the Service are made from the JobSet's own. */
export const jobSetObjectRules = (): readonly CelRule[] => [
  { rule: 'has(self.spec)', message: 'spec.replicatedJobs is required' },
  {
    rule: `self.metadata.name.matches('${LABEL}')`,
    message:
      'metadata.name must be lower-case letters, digits and dashes, a letter first, no dash last: the names of Jobs, pods and a Service begin with it',
  },
  {
    rule: `!has(self.spec) || !has(self.spec.replicatedJobs) || self.spec.replicatedJobs.all(r, size(self.metadata.name) + size(r.name) + 2 + ${INDEX} <= 63)`,
    message:
      'metadata.name is too long: the names of its Jobs (name, replicated job, index) may have 63 characters; shorten it',
  },
  {
    rule: `!has(self.spec) || !has(self.spec.replicatedJobs) || self.spec.replicatedJobs.all(r, !has(r.template.spec) || r.template.spec.completionMode != 'Indexed' || !has(r.template.spec.completions) || size(self.metadata.name) + size(r.name) + 9 + ${INDEX} + size(string(r.template.spec.completions > 0 ? r.template.spec.completions - 1 : 0)) <= 63)`,
    message:
      'metadata.name is too long: the names of its pods (name, replicated job, Job index, pod index, six random characters) may have 63 characters; shorten it',
  },
  {
    rule: `!has(self.spec) || !has(self.spec.coordinator) || ${COORDINATOR_LENGTH} <= 63`,
    message:
      'metadata.name is too long: the address of the coordinator (name, replicated job, Job index, pod index, subdomain) is a label of at most 63 characters; shorten it or spec.network.subdomain',
  },
];
