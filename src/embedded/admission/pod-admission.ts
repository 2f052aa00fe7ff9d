import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { forbiddenRequest } from '../errors.ts';
import type { AdmissionStep } from './step.ts';

const PODS = '/pods';
const PRIORITY_CLASSES = 'scheduling.k8s.io/priorityclasses';
const TOLERATION_SECONDS = 300;
const UNREACHABLE_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
/** Classes that every cluster has. */
const SYSTEM_PRIORITIES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** Admission comes before a name is drawn. */
const shownName = ({ metadata }: KubeObject): string => metadata.name || (metadata.generateName ?? '');

const specOf = (object: KubeObject): JsonObject => (object.spec ?? {}) as JsonObject;

/** Pods outlive a short outage of their node: the tolerations that kube-apiserver gives them. */
export const defaultTolerations: AdmissionStep = {
  mutate(object, { resource, subresource }) {
    if (resource.table !== PODS || subresource) return object;
    const given = (specOf(object).tolerations ?? []) as readonly JsonObject[];
    const missing = UNREACHABLE_TAINTS.filter((taint) => !given.some((toleration) => tolerates(toleration, taint)));
    if (missing.length === 0) return object;
    const added = missing.map((key) => ({
      key,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: TOLERATION_SECONDS,
    }));
    return { ...object, spec: { ...specOf(object), tolerations: [...given, ...added] } };
  },
};

const tolerates = ({ key, effect }: JsonObject, taint: string): boolean =>
  (key === taint || !key) && (effect === 'NoExecute' || !effect);

/** Turns the name of a priority class into its number. */
export const podPriority: AdmissionStep = {
  mutate(object, { operation, resource, subresource, previous }, view) {
    if (resource.table !== PODS || subresource) return object;
    const spec = specOf(object);
    if (operation === 'UPDATE' && previous) {
      const { priority, preemptionPolicy } = specOf(previous);
      const kept = {
        ...(priority !== undefined && { priority }),
        ...(preemptionPolicy !== undefined && { preemptionPolicy }),
      };
      return { ...object, spec: { ...kept, ...spec } };
    }
    const classes = view.list(PRIORITY_CLASSES) as readonly (KubeObject & JsonObject)[];
    const wanted = (spec.priorityClassName as string | undefined) || undefined;
    const found = wanted
      ? classes.find(({ metadata }) => metadata.name === wanted)
      : classes
          .filter(({ globalDefault }) => globalDefault === true)
          .sort((a, b) => Number(b.value) - Number(a.value))[0];
    const system = wanted === undefined ? undefined : SYSTEM_PRIORITIES[wanted];
    if (wanted && !found && system === undefined) {
      throw forbiddenRequest(resource.kind, shownName(object), `no PriorityClass with name ${wanted} was found`);
    }
    const priority = Number(found?.value ?? system ?? 0);
    const preemptionPolicy = String(found?.preemptionPolicy ?? 'PreemptLowerPriority');
    const name = found?.metadata.name ?? wanted;
    if (spec.priority !== undefined && spec.priority !== priority) {
      throw forbiddenRequest(
        resource.kind,
        shownName(object),
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`,
      );
    }
    return { ...object, spec: { ...spec, ...(name && { priorityClassName: name }), priority, preemptionPolicy } };
  },
};

/** Pods run as the account `default` unless they name another. No token is mounted: nothing here asks for one. */
export const defaultServiceAccount: AdmissionStep = {
  mutate(object, { operation, resource }) {
    if (operation !== 'CREATE' || resource.table !== PODS || specOf(object).serviceAccountName) return object;
    return { ...object, spec: { ...specOf(object), serviceAccountName: 'default', serviceAccount: 'default' } };
  },
};
