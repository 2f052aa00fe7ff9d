import type { ReplicaSpec } from '../api/index.ts';
import type { Accelerator } from './accelerator.ts';
import type { Capacity } from './capacity.ts';
import type { JobContext } from './job-context.ts';
import type { ContainerResources } from './k8s.ts';
import type { NodePool } from './node-pool.ts';
import { countProblems, mergeReplica, type ReplicaProps, type WorkerProps } from './replica.ts';
import { replicaSpec } from './replica-spec.ts';

/** One kind of pod of a job, as its framework's props describe it. */
export interface Role {
  /** The replica type, such as `Worker`. */
  readonly type: string;
  /** Where it stands in the framework's props, such as `workers`. */
  readonly path: string;
  /** Fields override what is said for all roles. */
  readonly props: WorkerProps;
  /** Most pods it can ever have. @default - as many as it starts with */
  readonly most?: number;
}

/** A role after what is said for all roles. */
export interface ResolvedRole {
  readonly type: string;
  /** Where it stands in the framework's props; empty when these are its own. */
  readonly path: string;
  readonly replicas: number;
  readonly props: ReplicaProps;
  /** What a runtime says of the pods that these props leave open; empty when that is not known. @default - it is no TrainJob's */
  readonly fromRuntime?: RuntimePods;
  /** What its number of pods is called. @default 'replicas' */
  readonly countField?: string;
}

/** What a runtime says of its nodes. */
export interface RuntimePods {
  readonly nodes?: number;
  readonly accelerator?: Accelerator;
  readonly resources?: ContainerResources;
  readonly capacity?: Capacity;
  readonly pool?: NodePool;
}

/** A role with what its runtime says of it. */
export function withRuntime(role: ResolvedRole): ResolvedRole {
  if (!role.fromRuntime) return role;
  const { nodes: _, ...said } = role.fromRuntime;
  return { ...role, props: { ...said, ...role.props } };
}

/** Whether nothing is known of what a role's runtime says. */
export const isUnknown = ({ fromRuntime }: ResolvedRole): boolean =>
  fromRuntime !== undefined && Object.keys(fromRuntime).length === 0;

/** The pods of a job by replica type, and the most of each that it can have. */
export interface Roles {
  readonly specs: Readonly<Record<string, ReplicaSpec>>;
  readonly largest: Readonly<Record<string, number>>;
  readonly roles: readonly ResolvedRole[];
}

/** The roles that the props give: those that are undefined are left out. */
export function rolesOf(
  props: Readonly<Record<string, WorkerProps | undefined>>,
  types: Readonly<Record<string, string>>,
): readonly Role[] {
  return Object.entries(types).flatMap(([path, type]) => {
    const role = props[path];
    return role ? [{ type, path, props: role }] : [];
  });
}

/** The roles as the API has them. */
export function renderRoles(
  container: string,
  shared: ReplicaProps,
  roles: readonly Role[],
  context: JobContext,
): Roles {
  const specs: Record<string, ReplicaSpec> = {};
  const largest: Record<string, number> = {};
  const resolved: ResolvedRole[] = [];
  for (const { type, path, props, most } of roles) {
    const { replicas = 1, ...own } = props;
    const merged = mergeReplica(shared, own);
    specs[type] = replicaSpec(container, type, replicas, merged, context);
    largest[type] = Math.max(replicas, most ?? 0);
    resolved.push({ type, path, replicas, props: merged });
  }
  return { specs, largest, roles: resolved };
}

/** What is wrong with roles, in words that say how to mend it. */
export function roleProblems(shared: ReplicaProps, roles: readonly Role[]): string[] {
  return roles.flatMap(({ path, props }) => [
    ...((props.image ?? shared.image) ? [] : [`'${path}' has no image: set 'image' on it or on the framework`]),
    ...countProblems(`${path}.replicas`, props.replicas ?? 1).map(
      (problem) => `${problem}: leave '${path}' out instead`,
    ),
  ]);
}
