import type { IConstruct } from 'constructs';
import type { Platform } from './cluster-platform.ts';
import type { NamespaceQuota } from './namespace-quota.ts';
import type { NodePool } from './node-pool.ts';

/** What a platform says of the cluster that it is for. */
export interface ClusterNodes {
  readonly platform: Platform | undefined;
  /** None: what nodes there are is not known. */
  readonly pools: readonly NodePool[];
  readonly quotas: readonly NamespaceQuota[];
}

interface Declaration {
  readonly scope: IConstruct;
  readonly nodes: ClusterNodes;
}

const declared = new WeakMap<IConstruct, Declaration[]>();

/** Tells the jobs of an app about the cluster; nothing when there is nothing to tell. */
export function declareNodes(scope: IConstruct, nodes: ClusterNodes): void {
  if (!nodes.platform && nodes.pools.length === 0 && nodes.quotas.length === 0) return;
  const { root } = scope.node;
  declared.set(root, [...(declared.get(root) ?? []), { scope, nodes }]);
}

/**
 * The cluster of the platform that shares the most scopes with a construct; undefined when there is none, or when it is
 * not clear which.
 */
export function nodesOf(construct: IConstruct): ClusterNodes | undefined {
  const own = construct.node.scopes;
  let best: Declaration | undefined;
  let most = -1;
  for (const each of declared.get(construct.node.root) ?? []) {
    const theirs = each.scope.node.scopes;
    const shared = own.findIndex((scope, index) => theirs[index] !== scope);
    if (shared === most) best = undefined;
    if (shared > most) [best, most] = [each, shared];
  }
  return best?.nodes;
}

/** Placement was decided by what was known of the cluster when the construct was made. */
export function orderProblems(construct: IConstruct, known: { readonly nodes?: ClusterNodes }): string[] {
  return nodesOf(construct) === known.nodes
    ? []
    : ['the MlPlatform that says what nodes there are was constructed later: construct it first'];
}
