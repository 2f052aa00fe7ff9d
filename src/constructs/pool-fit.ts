import { type AlikePods, type EmptyPool, placedAtOnce, refusals } from '../api/scheduling/empty-pools.ts';
import { type PodView, viewOfPod } from '../api/scheduling/view.ts';
import { fieldOf } from './accelerator-problems.ts';
import { Platform } from './cluster-platform.ts';
import { resourceSection } from './container-fields.ts';
import type { JobContext } from './job-context.ts';
import { capacityOf, mostNodes, type NodePool } from './node-pool.ts';
import { choosePools, wantedBy } from './pool-choice.ts';
import { isUnknown, type ResolvedRole, withRuntime } from './roles.ts';

/** Tells the nodes of one pool from those of another. */
const POOL = 'pool';

interface Pods extends AlikePods {
  readonly role: ResolvedRole;
  readonly pools: readonly NodePool[];
}

/** Why the node pools cannot take the pods of a job all at once, even when they are at their largest and empty. */
export function fitProblems(roles: readonly ResolvedRole[], context: JobContext): string[] {
  const { nodes, platform = Platform.plain() } = context;
  if (!nodes || nodes.pools.length === 0) return undeclared(roles, context);
  const problems: string[] = [];
  const sets: Pods[] = [];
  for (const role of roles.filter((each) => isJudged(each, context)).map(withRuntime)) {
    const { pools, problem } = choosePools(wantedBy(role.props, context), nodes.pools, platform);
    if (pools) sets.push({ role, pools, count: role.replicas, pod: podOf(role, pools, platform) });
    else problems.push(problem.replace(/^'(\w+)'/, (_, field: string) => ownField(role, field)));
  }
  if (problems.length > 0) return problems;
  const asked = new Set(sets.flatMap(({ role, pod }) => resourcesOf(role, pod)));
  const empty = nodes.pools.map((pool) => emptyPool(pool, platform, asked));
  const misfits = sets.flatMap((set) => misfit(set, empty));
  return misfits.length > 0 ? misfits : gangProblems(sets, empty);
}

/** Nothing is said of a role of which too little is known. */
function isJudged(role: ResolvedRole, context: JobContext): boolean {
  return !isUnknown(role) || (role.props.accelerator ?? role.props.pool ?? context.pool) !== undefined;
}

function undeclared(roles: readonly ResolvedRole[], context: JobContext): string[] {
  const named = roles.find(({ props }) => props.pool ?? context.pool);
  return named
    ? [
        `${ownField(named, 'pool')}: no MlPlatform of this app says what nodes there are: name the pool in its 'nodePools'`,
      ]
    : [];
}

function misfit({ role, pools, pod }: Pods, empty: readonly EmptyPool[]): string[] {
  const names = new Set(pools.map(({ name }) => name));
  const reasons = refusals(
    pod,
    empty.filter(({ name }) => names.has(name)),
  );
  if (!reasons) return [];
  return [
    `${fieldOf(role, 'resources')}: no node pool takes such a pod (${reasons.join('; ')}): ask for less, or add a pool of larger nodes`,
  ];
}

function gangProblems(sets: readonly Pods[], empty: readonly EmptyPool[]): string[] {
  const total = sets.reduce((sum, { count }) => sum + count, 0);
  const placed = placedAtOnce(sets, empty);
  if (placed === total) return [];
  const used = empty.filter(({ name }) => sets.some(({ pools }) => pools.some((pool) => pool.name === name)));
  const pools = used.map(({ name, most }) => `${name} has at most ${most} node${most === 1 ? '' : 's'}`).join(', ');
  const fields = sets.map(({ role }) => fieldOf(role, role.countField ?? 'replicas')).join(' and ');
  return [
    `only ${placed} of the job's ${total} pods find a place at once, even when nothing else runs (${pools}): lower ${fields}, ask for less in each pod, or let a pool have more nodes`,
  ];
}

/** The accelerator by its title, however it is requested: a pool's nodes have it under that name. */
function podOf({ type, props }: ResolvedRole, pools: readonly NodePool[], platform: Platform): PodView {
  const { accelerator, resources } = props;
  const besides = accelerator?.on(platform).besides;
  const { limits = {}, requests = {} } = (resourceSection(resources) as { resources?: Amounts }).resources ?? {};
  const asks = {
    ...limits,
    ...requests,
    ...besides,
    ...(accelerator && { [accelerator.title]: String(accelerator.count) }),
  };
  const inPools = { key: POOL, operator: 'In', values: pools.map(({ name }) => name) };
  return viewOfPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: type, uid: type },
    spec: {
      containers: [{ name: type, resources: { requests: asks } }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [inPools] }] },
        },
      },
    },
  });
}

interface Amounts {
  readonly limits?: Readonly<Record<string, string>>;
  readonly requests?: Readonly<Record<string, string>>;
}

const resourcesOf = ({ props }: ResolvedRole, { demand }: PodView): readonly string[] =>
  [...demand.keys()].filter((name) => name !== props.accelerator?.title);

/** Pools are chosen before, by what they offer: their own labels and taints no longer matter. */
const emptyPool = (pool: NodePool, platform: Platform, asked: Iterable<string>): EmptyPool => ({
  name: pool.name,
  most: mostNodes(pool),
  labels: { [POOL]: pool.name },
  taints: [],
  capacity: capacityOf(pool, platform, asked),
});

/** What is said for the whole job stands on the job. */
function ownField(role: ResolvedRole, field: string): string {
  const said = field === 'accelerator' || (field === 'pool' ? role.props.pool : role.props.capacity);
  return said ? fieldOf(role, field) : `'${field}'`;
}
