import type { JobStatus, ReplicaSpec } from '../api/job.ts';
import type { Container, PodTemplate } from '../api/pod-template.ts';
import type { Job, Replica, RestartPolicy } from './job.ts';
import type { JobKind, TrainingObject } from './job-kind.ts';

/** Fills in what the author of a job left out. The stored object is not touched: clients read back what they sent. */
export function resolve<S>(kind: JobKind<S>, object: TrainingObject<S>): Job<S> {
  const runPolicy = kind.runPolicyOf(object.spec) ?? {};
  return {
    object,
    spec: object.spec,
    name: object.metadata.name ?? '',
    namespace: object.metadata.namespace ?? '',
    uid: object.metadata.uid ?? '',
    replicas: resolveReplicas(kind, object.spec),
    unnumbered: kind.extension?.unnumbered ?? [],
    runPolicy: {
      ...runPolicy,
      cleanPodPolicy: runPolicy.cleanPodPolicy || 'None',
      suspend: runPolicy.suspend ?? false,
    },
    status: (object.status as JobStatus | undefined) ?? {},
  };
}

function resolveReplicas<S>(kind: JobKind<S>, jobSpec: S): readonly Replica[] {
  const specs = kind.replicaSpecsOf(jobSpec) ?? {};
  return kind.replicaTypes.flatMap((type) => {
    const spec = specs[type] ?? Object.entries(specs).find(([key]) => key.toLowerCase() === type.toLowerCase())?.[1];
    return spec ? [resolveReplica(kind, jobSpec, type, spec)] : [];
  });
}

function resolveReplica<S>(kind: JobKind<S>, jobSpec: S, type: string, spec: ReplicaSpec): Replica {
  const containers = spec.template?.spec?.containers ?? [];
  const main = Math.max(
    0,
    containers.findIndex((container) => container.name === kind.mainContainer),
  );
  const given = (spec.restartPolicy || undefined) as RestartPolicy | undefined;
  const policies = kind.extension?.policies(jobSpec, type, given) ?? { judged: given ?? kind.defaultRestartPolicy };
  return {
    type,
    count: spec.replicas ?? kind.extension?.defaultReplicas[type] ?? 1,
    restartPolicy: policies.judged,
    ...(policies.pod && { podRestartPolicy: policies.pod }),
    template: withPort(kind, spec.template ?? {}, main),
    main,
  };
}

function withPort<S>(kind: JobKind<S>, template: PodTemplate, main: number): PodTemplate {
  const { port: named } = kind;
  const containers = template.spec?.containers ?? [];
  const present = containers[main]?.ports?.some((port) => port.name === named?.name);
  if (!named || !containers[main] || present) return template;
  const extended = containers.map(
    (container, i): Container =>
      i === main
        ? {
            ...container,
            ports: [...(container.ports ?? []), { name: named.name, containerPort: named.number }],
          }
        : container,
  );
  return { ...template, spec: { ...template.spec, containers: extended } };
}
