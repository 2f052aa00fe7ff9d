import type { IConstruct } from 'constructs';
import { objectGraph } from '../constructs/object-graph.ts';

/** One Kubernetes object as Pulumi is to register it. */
export interface PlannedResource {
  /** Path of its construct: unique and stable, so it is the logical name. */
  readonly name: string;
  /** Type token of Pulumi's Kubernetes provider, such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** Path of the construct it belongs to. */
  readonly parent: string;
  /** The whole object. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names of the resources that must exist first. */
  readonly dependsOn: readonly string[];
}

/** A construct that becomes a component, because objects live below it. */
export interface PlannedComponent {
  readonly name: string;
  /** Type token, `armature:constructs:<class>`. */
  readonly type: string;
  readonly parent: string;
}

export interface ResourcePlan {
  /** Parents before children. The root is not among them. */
  readonly components: readonly PlannedComponent[];
  /** Dependencies before dependants. */
  readonly resources: readonly PlannedResource[];
}

/** What Pulumi has to register for the objects below `root`. Pure. */
export function plan(root: IConstruct): ResourcePlan {
  const { objects, dependencies } = objectGraph(root);
  const components = new Map<string, PlannedComponent>();
  for (const object of objects) {
    for (const ancestor of ancestorsBetween(root, object)) {
      const { path, scope } = ancestor.node;
      components.set(path, {
        name: path,
        type: `armature:constructs:${ancestor.constructor.name}`,
        parent: scope?.node.path ?? '',
      });
    }
  }
  return {
    components: [...components.values()],
    resources: objects.map((object) => ({
      name: object.node.path,
      type: typeToken(object.apiVersion, object.kind),
      parent: object.node.scope?.node.path ?? '',
      inputs: object.toJson() as Record<string, unknown>,
      dependsOn: [...(dependencies.get(object) ?? [])].map((dependency) => dependency.node.path),
    })),
  };
}

/** The provider takes a token without a slash for no group at all, so the core group is written out. */
function typeToken(apiVersion: string, kind: string): string {
  return `kubernetes:${apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

function ancestorsBetween(root: IConstruct, object: IConstruct): IConstruct[] {
  const scopes = object.node.scopes.slice(0, -1);
  return scopes.slice(scopes.indexOf(root) + 1);
}
