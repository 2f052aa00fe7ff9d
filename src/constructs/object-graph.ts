import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';

/** The objects below a construct in an order in which they can be created. */
export interface ObjectGraph {
  /** Each object comes after everything it depends on; else in the order of construction. */
  readonly objects: readonly ApiObject[];
  /** What each object directly depends on. */
  readonly dependencies: ReadonlyMap<ApiObject, ReadonlySet<ApiObject>>;
}

/**
 * Collects the objects below `root` and what they depend on: what was declared with `node.addDependency`, the Namespace
 * an object lives in, and the CRD of a custom resource. Reads the tree and changes nothing.
 * @throws when dependencies run in a circle
 */
export function objectGraph(root: IConstruct): ObjectGraph {
  const constructs = root.node.findAll();
  const objects = constructs.filter(isApiObject);
  const dependencies = new Map<ApiObject, Set<ApiObject>>(objects.map((object) => [object, new Set()]));
  const below = memoize((construct: IConstruct) => construct.node.findAll().filter(isApiObject));
  const depend = (source: ApiObject, target: ApiObject) => {
    if (source !== target && dependencies.has(target)) dependencies.get(source)?.add(target);
  };

  for (const construct of constructs) {
    for (const dependency of construct.node.dependencies) {
      for (const source of below(construct)) for (const target of below(dependency)) depend(source, target);
    }
  }
  for (const [source, target] of impliedDependencies(objects)) depend(source, target);
  return { objects: sorted(objects, dependencies), dependencies };
}

function* impliedDependencies(objects: readonly ApiObject[]): Iterable<[ApiObject, ApiObject]> {
  const namespaces = new Map<string, ApiObject>();
  const definitions = new Map<string, ApiObject>();
  for (const object of objects) {
    if (object.kind === 'Namespace') namespaces.set(object.name, object);
    if (object.kind === 'CustomResourceDefinition') definitions.set(definedKind(object), object);
  }
  for (const object of objects) {
    const namespace = namespaces.get(object.metadata.namespace ?? '');
    if (namespace) yield [object, namespace];
    const definition = definitions.get(`${object.apiGroup}/${object.kind}`);
    if (definition) yield [object, definition];
  }
}

function definedKind(definition: ApiObject): string {
  const { spec } = definition.toJson() as { spec: { group: string; names: { kind: string } } };
  return `${spec.group}/${spec.names.kind}`;
}

function sorted(
  objects: readonly ApiObject[],
  dependencies: ReadonlyMap<ApiObject, ReadonlySet<ApiObject>>,
): ApiObject[] {
  const done = new Set<ApiObject>();
  const visit = (object: ApiObject, path: readonly ApiObject[]) => {
    if (done.has(object)) return;
    if (path.includes(object)) {
      const circle = [...path.slice(path.indexOf(object)), object].map((member) => member.node.path);
      throw new Error(`Dependencies run in a circle: ${circle.join(' -> ')}. Remove one of these addDependency calls.`);
    }
    for (const dependency of dependencies.get(object) ?? []) visit(dependency, [...path, object]);
    done.add(object);
  };
  for (const object of objects) visit(object, []);
  return [...done];
}

function isApiObject(construct: IConstruct): construct is ApiObject {
  return ApiObject.isApiObject(construct);
}

function memoize<K, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
}
