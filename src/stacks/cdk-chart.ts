import * as pulumi from '@pulumi/pulumi';
import type { IConstruct } from 'constructs';
import { plan } from './resource-plan.ts';

export interface CdkChartArgs {
  /** A chart, an app, or any construct: everything below it is registered. */
  readonly root: IConstruct;
}

/**
 * Registers every object below a construct as a Pulumi resource of its own type, under components that mirror the
 * construct tree: previews show a difference for each object, and creation follows the constructs' dependencies.
 */
export class CdkChart extends pulumi.ComponentResource {
  /** The registered objects, by the path of their construct. */
  readonly resources: ReadonlyMap<string, pulumi.CustomResource>;

  constructor(name: string, args: CdkChartArgs, opts?: pulumi.ComponentResourceOptions) {
    super('armature:stacks:CdkChart', name, {}, opts);
    const { components, resources } = plan(args.root);
    const parents = new Map<string, pulumi.Resource>([[args.root.node.path, this]]);
    const parentOf = (path: string) => parents.get(path) ?? this;
    for (const component of components) {
      const parent = parentOf(component.parent);
      parents.set(component.name, new pulumi.ComponentResource(component.type, component.name, {}, { parent }));
    }
    const registered = new Map<string, pulumi.CustomResource>();
    for (const resource of resources) {
      const dependsOn = resource.dependsOn.map((dependency) => registered.get(dependency)!);
      const options = { parent: parentOf(resource.parent), dependsOn };
      registered.set(
        resource.name,
        new KubernetesResource(resource.type, resource.name, { ...resource.inputs }, options),
      );
    }
    this.resources = registered;
    this.registerOutputs({ objects: resources.length });
  }
}

/** Any kind of object: the type token says which. */
class KubernetesResource extends pulumi.CustomResource {}
