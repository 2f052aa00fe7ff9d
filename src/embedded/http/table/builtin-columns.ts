import { type JsonObject, objectOf, objectsOf } from '../../../api/json.ts';
import { conditionOf, type KubeObject } from '../../../api/kube.ts';
import { AGE, type Column, CREATED_AT, integer, NAME, pairs, specOf, statusOf, text, textOf } from './columns.ts';
import { age, humanDuration } from './duration.ts';
import { POD_COLUMNS } from './pod-columns.ts';

const root = (object: KubeObject): JsonObject => object as unknown as JsonObject;
const count = (map: unknown): number => Object.keys(objectOf(map)).length;

const NODE_ROLE = 'node-role.kubernetes.io/';

function nodeStatus(node: KubeObject): string {
  const ready = objectsOf(statusOf(node).conditions).find(({ type }) => type === 'Ready');
  const said = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return specOf(node).unschedulable ? `${said},SchedulingDisabled` : said;
}

function nodeRoles({ metadata }: KubeObject): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(NODE_ROLE)) return [key.slice(NODE_ROLE.length)];
    return key === 'kubernetes.io/role' ? [value] : [];
  });
  return [...new Set(roles)].filter(Boolean).sort().join(',') || '<none>';
}

const address = (node: KubeObject, type: string): string =>
  textOf(objectsOf(statusOf(node).addresses).find((one) => one.type === type)?.address, '<none>');

const nodeInfo = (name: string) => (node: KubeObject) => textOf(objectOf(statusOf(node).nodeInfo)[name], '<unknown>');

const NODES: readonly Column[] = [
  NAME,
  text('Status', nodeStatus),
  text('Roles', nodeRoles),
  AGE,
  text('Version', (node) => textOf(objectOf(statusOf(node).nodeInfo).kubeletVersion)),
  text('Internal-IP', (node) => address(node, 'InternalIP'), 1),
  text('External-IP', (node) => address(node, 'ExternalIP'), 1),
  text('OS-Image', nodeInfo('osImage'), 1),
  text('Kernel-Version', nodeInfo('kernelVersion'), 1),
  text('Container-Runtime', nodeInfo('containerRuntimeVersion'), 1),
];

function ports(service: KubeObject): string {
  const shown = objectsOf(specOf(service).ports).map(({ port, nodePort, protocol = 'TCP' }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return shown.join(',') || '<none>';
}

function externalAddress(service: KubeObject): string {
  const { type, externalName, externalIPs } = specOf(service);
  if (type === 'ExternalName') return textOf(externalName);
  const given = Array.isArray(externalIPs) ? externalIPs.join(',') : '';
  return given || (type === 'LoadBalancer' ? '<pending>' : '<none>');
}

const SERVICES: readonly Column[] = [
  NAME,
  text('Type', (service) => textOf(specOf(service).type)),
  text('Cluster-IP', (service) => textOf(specOf(service).clusterIP, '<none>')),
  text('External-IP', externalAddress),
  text('Port(s)', ports),
  AGE,
  text('Selector', (service) => pairs(specOf(service).selector), 1),
];

function lastSeen(event: KubeObject, now: number): string {
  const { series, lastTimestamp, deprecatedLastTimestamp, eventTime } = root(event);
  const observed = objectOf(series).lastObservedTime;
  return age(observed ?? lastTimestamp ?? deprecatedLastTimestamp ?? eventTime, now);
}

function firstSeen(event: KubeObject, now: number): string {
  const { firstTimestamp, deprecatedFirstTimestamp, eventTime } = root(event);
  return age(firstTimestamp ?? deprecatedFirstTimestamp ?? eventTime, now);
}

function involved(event: KubeObject): string {
  const { kind, name } = objectOf(root(event).involvedObject ?? root(event).regarding);
  return textOf(name) ? `${textOf(kind).toLowerCase()}/${name}` : textOf(kind).toLowerCase();
}

function source(event: KubeObject): string {
  const { source: given, deprecatedSource, reportingComponent, reportingController, reportingInstance } = root(event);
  const { component, host } = objectOf(given ?? deprecatedSource);
  const [who, where] = component ? [component, host] : [reportingComponent ?? reportingController, reportingInstance];
  return [who, where].filter(Boolean).join(', ');
}

const EVENTS: readonly Column[] = [
  text('Last Seen', lastSeen),
  text('Type', (event) => textOf(root(event).type)),
  text('Reason', (event) => textOf(root(event).reason)),
  text('Object', involved),
  text('Subobject', (event) => textOf(objectOf(root(event).involvedObject ?? root(event).regarding).fieldPath), 1),
  text('Source', source, 1),
  text('Message', (event) => textOf(root(event).message ?? root(event).note).trim()),
  text('First Seen', firstSeen, 1),
  text(
    'Count',
    (event) => Number(objectOf(root(event).series).count ?? root(event).count ?? root(event).deprecatedCount ?? 1),
    1,
  ),
  { ...NAME, priority: 1 },
];

function quota(object: KubeObject, wanted: (resource: string) => boolean): string {
  const { hard, used } = statusOf(object);
  const shown = Object.keys(objectOf(hard)).filter(wanted).sort();
  return shown.map((name) => `${name}: ${textOf(objectOf(used)[name], '0')}/${objectOf(hard)[name]}`).join(', ');
}

const ACCESS: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

const accessModes = (claim: KubeObject): string => {
  const modes = statusOf(claim).accessModes;
  return Array.isArray(modes) ? modes.map((mode) => ACCESS[String(mode)] ?? mode).join(',') : '';
};

const CLAIMS: readonly Column[] = [
  NAME,
  text('Status', (claim) => (claim.metadata.deletionTimestamp ? 'Terminating' : textOf(statusOf(claim).phase))),
  text('Volume', (claim) => textOf(specOf(claim).volumeName)),
  text('Capacity', (claim) => textOf(objectOf(statusOf(claim).capacity).storage)),
  text('Access Modes', accessModes),
  text('StorageClass', (claim) => textOf(specOf(claim).storageClassName)),
  text('VolumeAttributesClass', (claim) => textOf(specOf(claim).volumeAttributesClassName, '<unset>')),
  AGE,
  text('VolumeMode', (claim) => textOf(specOf(claim).volumeMode, '<unset>'), 1),
];

const subjects = (kind: string) => (binding: KubeObject) =>
  objectsOf(root(binding).subjects)
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) => (namespace ? `${namespace}/${name}` : String(name)))
    .join(', ');

const BINDINGS: readonly Column[] = [
  NAME,
  text('Role', (binding) => `${objectOf(root(binding).roleRef).kind}/${objectOf(root(binding).roleRef).name}`),
  AGE,
  text('Users', subjects('User'), 1),
  text('Groups', subjects('Group'), 1),
  text('ServiceAccounts', subjects('ServiceAccount'), 1),
];

const DISRUPTIONS: readonly Column[] = [
  NAME,
  text('Min Available', (budget) => textOf(specOf(budget).minAvailable, 'N/A')),
  text('Max Unavailable', (budget) => textOf(specOf(budget).maxUnavailable, 'N/A')),
  integer('Allowed Disruptions', (budget) => Number(statusOf(budget).disruptionsAllowed ?? 0)),
  AGE,
];

function scaleTarget(scaler: KubeObject): string {
  const { kind, name } = objectOf(specOf(scaler).scaleTargetRef);
  return `${kind}/${name}`;
}

/** Nothing measures here: what is asked for is all there is to tell. */
function targets(scaler: KubeObject): string {
  const shown = objectsOf(specOf(scaler).metrics).map((metric) => {
    const { name, target } = objectOf(metric[textOf(metric.type).replace(/^./, (first) => first.toLowerCase())]);
    const { averageUtilization, averageValue, value } = objectOf(target);
    const wanted = averageUtilization === undefined ? textOf(averageValue ?? value) : `${averageUtilization}%`;
    return `${metric.type === 'Resource' ? `${name}: ` : ''}<unknown>/${wanted}`;
  });
  return shown.join(', ') || '<none>';
}

function completions(job: KubeObject): string {
  const { completions: wanted, parallelism } = specOf(job);
  const succeeded = Number(statusOf(job).succeeded ?? 0);
  if (wanted !== undefined) return `${succeeded}/${wanted}`;
  return Number(parallelism) > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function duration(job: KubeObject, now: number): string {
  const { startTime, completionTime } = statusOf(job);
  if (!startTime) return '';
  const end = completionTime ? Date.parse(textOf(completionTime)) : now;
  return humanDuration(end - Date.parse(textOf(startTime)));
}

function jobState(job: KubeObject): string {
  const is = (type: string) => conditionOf(job, type)?.status === 'True';
  const ended = ['Complete', 'Failed'].find(is);
  if (ended) return ended;
  if (job.metadata.deletionTimestamp) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(is) ?? 'Running';
}

const containerField = (name: string) => (job: KubeObject) =>
  objectsOf(objectOf(objectOf(specOf(job).template).spec).containers)
    .map((container) => textOf(container[name]))
    .join(',');

const JOBS: readonly Column[] = [
  NAME,
  text('Status', jobState),
  text('Completions', completions),
  text('Duration', duration),
  AGE,
  text('Containers', containerField('name'), 1),
  text('Images', containerField('image'), 1),
  text('Selector', (job) => pairs(objectOf(specOf(job).selector).matchLabels), 1),
];

const SCALERS: readonly Column[] = [
  NAME,
  text('Reference', scaleTarget),
  text('Targets', targets),
  text('MinPods', (scaler) => textOf(specOf(scaler).minReplicas, '<unset>')),
  text('MaxPods', (scaler) => Number(specOf(scaler).maxReplicas ?? 0)),
  text('Replicas', (scaler) => Number(statusOf(scaler).currentReplicas ?? 0)),
  AGE,
];

/** Columns of Kubernetes' own kinds by `group/plural`, as kubectl is used to them. */
export const BUILTIN_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  '/pods': POD_COLUMNS,
  '/nodes': NODES,
  '/services': SERVICES,
  '/namespaces': [NAME, text('Status', (namespace) => textOf(statusOf(namespace).phase)), AGE],
  '/events': EVENTS,
  'events.k8s.io/events': EVENTS,
  '/configmaps': [NAME, text('Data', (map) => count(root(map).data) + count(root(map).binaryData)), AGE],
  '/secrets': [
    NAME,
    text('Type', (secret) => textOf(root(secret).type)),
    text('Data', (secret) => count(root(secret).data)),
    AGE,
  ],
  '/resourcequotas': [
    NAME,
    text('Request', (object) => quota(object, (name) => !name.startsWith('limits.'))),
    text('Limit', (object) => quota(object, (name) => name.startsWith('limits.'))),
    AGE,
  ],
  '/limitranges': [NAME, CREATED_AT],
  '/persistentvolumeclaims': CLAIMS,
  'coordination.k8s.io/leases': [NAME, text('Holder', (lease) => textOf(specOf(lease).holderIdentity)), AGE],
  'scheduling.k8s.io/priorityclasses': [
    NAME,
    integer('Value', (priority) => Number(root(priority).value ?? 0)),
    { ...text('Global-Default', (priority) => root(priority).globalDefault === true), type: 'boolean' },
    AGE,
    text('PreemptionPolicy', (priority) => textOf(root(priority).preemptionPolicy, 'PreemptLowerPriority')),
  ],
  'policy/poddisruptionbudgets': DISRUPTIONS,
  'networking.k8s.io/networkpolicies': [
    NAME,
    text('Pod-Selector', (policy) => pairs(objectOf(specOf(policy).podSelector).matchLabels)),
    AGE,
  ],
  'autoscaling/horizontalpodautoscalers': SCALERS,
  'batch/jobs': JOBS,
  'rbac.authorization.k8s.io/roles': [NAME, CREATED_AT],
  'rbac.authorization.k8s.io/clusterroles': [NAME, CREATED_AT],
  'rbac.authorization.k8s.io/rolebindings': BINDINGS,
  'rbac.authorization.k8s.io/clusterrolebindings': BINDINGS,
  'apiextensions.k8s.io/customresourcedefinitions': [NAME, CREATED_AT],
};
