import { isObject, type JsonObject, objectOf, objectsOf } from '../../api/json.ts';
import { JOB_SET, TRAIN_JOB } from '../../api/kinds.ts';
import { type KubeObject, keyOf } from '../../api/kube.ts';
import { KNOWN_RUNTIMES } from '../../api/optional-runtimes.ts';
import type { TemplatePods } from '../../api/scheduling/demand.ts';
import type { TrainJob } from '../../api/train-job.ts';
import type { TrainingRuntime } from '../../api/training-runtime.ts';
import { runtimeKey, runtimeKind, runtimeTitle } from '../../training/trainer/blueprint.ts';
import { problemsOf } from '../../training/trainer/problems.ts';
import { jobSetOf, layOut } from '../../training/trainer/render.ts';
import { type Finding, finding } from './codes.ts';

/** Where the pods' spec stands is told within the object. */
export type PodSet = TemplatePods;

export interface ObjectPods {
  readonly sets: readonly PodSet[];
  readonly findings: readonly Finding[];
}

const NONE: ObjectPods = { sets: [], findings: [] };
/** Blueprints: what becomes of them is another object's business. */
const BLUEPRINTS = ['TrainingRuntime', 'ClusterTrainingRuntime'];

/** The pods that an object leads to, whatever its kind: those of every pod template in it. */
export function podsOf(object: KubeObject, others: readonly KubeObject[]): ObjectPods {
  if (BLUEPRINTS.includes(object.kind)) return NONE;
  if (object.kind === TRAIN_JOB.kind && object.apiVersion.startsWith(`${TRAIN_JOB.group}/`)) {
    return podsOfTrainJob(object as TrainJob, others);
  }
  if (object.kind === 'Pod')
    return { sets: [{ path: 'spec', count: 1, spec: object.spec as JsonObject }], findings: [] };
  const sets = object.kind === JOB_SET.kind ? setsOfJobSet(object.spec, 'spec') : templatesIn(object.spec, 'spec', 1);
  return { sets, findings: [] };
}

/** The pods of a JobSet, with the volumes that its claim policies give them. */
function setsOfJobSet(spec: unknown, path: string): PodSet[] {
  const claims = objectsOf(objectOf(spec).volumeClaimPolicies).flatMap((policy) => objectsOf(policy.templates));
  const volumes = claims.map(({ metadata }) => {
    const { name } = objectOf(metadata);
    return { name, persistentVolumeClaim: { claimName: name } };
  });
  return templatesIn(spec, path, 1).map((set) => ({
    ...set,
    spec: { ...set.spec, ...(volumes.length > 0 && { volumes: [...objectsOf(set.spec.volumes), ...volumes] }) },
  }));
}

/** A TrainJob's pods stand in the JobSet that it makes of its runtime. */
function podsOfTrainJob(job: TrainJob, others: readonly KubeObject[]): ObjectPods {
  const kind = runtimeKind(job);
  // Later ones are the user's own, and replace what is shipped under their name.
  const runtime = [...KNOWN_RUNTIMES, ...others].findLast(
    (other) => other.kind === kind?.kind && keyOf(other.metadata) === runtimeKey(job),
  ) as TrainingRuntime | undefined;
  if (!runtime) {
    const message = `${runtimeTitle(job)} is neither shipped nor among the files, so its pods are not checked: add it to them`;
    return { sets: [], findings: [finding('runtime-missing', 'spec.runtimeRef', message)] };
  }
  const problems = problemsOf(job, runtime.spec);
  if (problems.length > 0) {
    return { sets: [], findings: problems.map((problem) => finding('refused-by-controller', '', problem)) };
  }
  return { sets: setsOfJobSet(jobSetOf(layOut(job, runtime.spec), false).spec, JOB_SET.kind), findings: [] };
}

/** Every pod template below a value. Counts multiply on the way: a JobSet's replicas, and a Job's parallelism. */
function templatesIn(value: unknown, path: string, count: number): PodSet[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => templatesIn(item, `${path}[${index}]`, count));
  if (!isObject(value)) return [];
  const here = count * countIn(value);
  return Object.entries(value).flatMap(([key, below]) => {
    const at = `${path}.${key}`;
    if (key !== 'template' || !isObject(below) || !isObject(below.spec)) {
      return templatesIn(below, at, key === 'template' ? here : count);
    }
    if (objectsOf(below.spec.containers).length === 0) return templatesIn(below, at, here);
    return [{ path: `${at}.spec`, count: here, spec: below.spec }];
  });
}

function countIn({ replicas, parallelism }: JsonObject): number {
  const count = replicas ?? parallelism ?? 1;
  return typeof count === 'number' ? count : 1;
}
