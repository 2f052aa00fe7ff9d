import type { JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import type { JobType } from '../../embedded/what-if/index.ts';
import { trainingJobDomains } from '../../training/controller.ts';
import { resolve } from '../../training/defaults.ts';
import type { JobKind, TrainingObject } from '../../training/job-kind.ts';
import { JOB_KINDS } from '../../training/kinds/index.ts';
import type { TrainingOptions } from '../../training/options.ts';

/** The training jobs as a simulated day takes them: their pods come from the controller's own plan. */
export function trainingJobTypes(options: TrainingOptions = {}): readonly JobType[] {
  const domains = trainingJobDomains(options);
  return JOB_KINDS.flatMap((kind) => {
    const domain = domains.find((each) => each.kind === kind.kind);
    return domain ? [{ ...typeOf(kind), domain }] : [];
  });
}

function typeOf(kind: JobKind): Omit<JobType, 'domain'> {
  const jobOf = (object: KubeObject) => resolve(kind, object as TrainingObject);
  return {
    podSets: (object) =>
      jobOf(object).replicas.map(({ type, count, template }) => ({
        name: type.toLowerCase(),
        count,
        spec: (template.spec ?? {}) as JsonObject,
      })),
    isSuspended: (object) => jobOf(object).runPolicy.suspend,
    withSuspension: (object, suspend) => {
      const spec = object.spec as JsonObject;
      return { ...object, spec: { ...spec, runPolicy: { ...kind.runPolicyOf(spec), suspend } } };
    },
    withPlacement: (object, podSet, { nodeLabels, tolerations }) => {
      const spec = object.spec as JsonObject;
      const replicas = kind.replicaSpecsOf(spec) ?? {};
      const field = Object.keys(spec).find((key) => spec[key] === replicas) ?? '';
      const placed = Object.entries(replicas).map(([type, replica]) => {
        if (type.toLowerCase() !== podSet) return [type, replica] as const;
        const pod = replica.template?.spec;
        const template = {
          ...replica.template,
          spec: {
            ...pod,
            nodeSelector: { ...pod?.nodeSelector, ...nodeLabels },
            tolerations: [...(pod?.tolerations ?? []), ...tolerations],
          },
        };
        return [type, { ...replica, template }] as const;
      });
      return { ...object, spec: { ...spec, [field]: Object.fromEntries(placed) } };
    },
    priorityClassOf: (object) => {
      const { runPolicy, replicas } = jobOf(object);
      const named = replicas.map(({ template }) => template.spec?.priorityClassName);
      return runPolicy.schedulingPolicy?.priorityClass || named.find((name) => name) || undefined;
    },
  };
}
