/** What a caller may ask of a local cluster, what it gets back, and the reading of both. */

export interface ClusterOptions {
  /** Default `armature`. Clusters of different names run side by side. */
  readonly name?: string;
  /** `real`, `fake:K`, or both joined by a comma. Default `real`. */
  readonly nodes?: string;
  /** Lifts the client limits of scheduler, controller manager and kwok, so that a bench measures what it means to. */
  readonly tuned?: boolean;
  /** Feature gates to turn on in every component, such as `GangScheduling`. Default: Kubernetes' own choice. */
  readonly featureGates?: readonly string[];
  /** API versions to serve besides those that are on by default, such as `scheduling.k8s.io/v1alpha2`. */
  readonly apis?: readonly string[];
  /** Receives one line for each step that takes over two seconds. Default: silence. */
  readonly log?: (line: string) => void;
}

export interface ClusterInfo {
  readonly name: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Path of the apiserver's audit log: JSON lines at Metadata level, one for each finished request. */
  readonly auditLog: string;
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** Path of the certificate authority of the cluster. */
  readonly caFile: string;
  /** Process of each component. */
  readonly pids: Record<string, number>;
  /** Address of this machine as pods of the real node see it; empty without a real node. */
  readonly gateway: string;
}

/** How many nodes of each sort a cluster has. */
export interface NodePlan {
  readonly real: boolean;
  readonly fake: number;
}

const NAME = /^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/;
const MAX_FAKE = 1000;

/** @throws when the name cannot be a folder, a host name and a part of interface names at once. */
export function checkName(name: string): string {
  if (NAME.test(name)) return name;
  throw new Error(
    `cluster name "${name}" is not valid: use 1 to 30 lower-case letters, digits and inner hyphens, such as "armature"`,
  );
}

/** Reads `real`, `fake:K`, or both in any order. */
export function parseNodes(text: string): NodePlan {
  let real = false;
  let fake = 0;
  for (const part of text.split(',').map((word) => word.trim())) {
    const count = /^fake:(\d+)$/.exec(part)?.[1];
    if (part === 'real' && !real) real = true;
    else if (count !== undefined && fake === 0 && Number(count) > 0 && Number(count) <= MAX_FAKE) fake = Number(count);
    else {
      throw new Error(
        `--nodes "${text}": do not understand "${part}"; use real, fake:K (K from 1 to ${MAX_FAKE}) or real,fake:K`,
      );
    }
  }
  return { real, fake };
}

/** Checks names of feature gates. @throws on one that cannot be a gate, such as `Name=true`. */
export function checkFeatureGates(names: readonly string[] = []): readonly string[] {
  return sortedNames(names, /^[A-Z][A-Za-z0-9]*$/, 'feature gate', 'its name alone, such as GangScheduling');
}

/** Checks API versions. @throws on one that is not written GROUP/VERSION. */
export function checkApis(names: readonly string[] = []): readonly string[] {
  return sortedNames(
    names,
    /^[a-z0-9.-]+\/v[a-z0-9]+$/,
    'API version',
    'GROUP/VERSION, such as scheduling.k8s.io/v1alpha2',
  );
}

function sortedNames(names: readonly string[], form: RegExp, what: string, mend: string): readonly string[] {
  const wrong = names.find((name) => !form.test(name));
  if (wrong !== undefined) throw new Error(`${what} "${wrong}" is not understood: use ${mend}`);
  return [...new Set(names)].sort();
}

/** The inverse of {@link parseNodes}. */
export function formatNodes(plan: NodePlan): string {
  return [plan.real ? 'real' : '', plan.fake > 0 ? `fake:${plan.fake}` : ''].filter(Boolean).join(',');
}
