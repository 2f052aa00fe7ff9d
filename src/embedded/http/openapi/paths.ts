import type { Kind } from '../../../api/kube.ts';
import { apiRoot } from '../../../runtime/resource-path.ts';
import type { Resource } from '../../resource.ts';
import type { Schema } from './schema.ts';

type Parameter = readonly [name: string, type: 'string' | 'boolean' | 'integer'];

const SELECT: readonly Parameter[] = [
  ['continue', 'string'],
  ['fieldSelector', 'string'],
  ['labelSelector', 'string'],
  ['limit', 'integer'],
  ['resourceVersion', 'string'],
  ['resourceVersionMatch', 'string'],
  ['sendInitialEvents', 'boolean'],
  ['timeoutSeconds', 'integer'],
];
const LIST: readonly Parameter[] = [...SELECT, ['allowWatchBookmarks', 'boolean'], ['watch', 'boolean']];
const WRITE: readonly Parameter[] = [
  ['dryRun', 'string'],
  ['fieldManager', 'string'],
  ['fieldValidation', 'string'],
];
const PATCH: readonly Parameter[] = [...WRITE, ['force', 'boolean']];
const DELETE: readonly Parameter[] = [
  ['dryRun', 'string'],
  ['gracePeriodSeconds', 'integer'],
  ['orphanDependents', 'boolean'],
  ['propagationPolicy', 'string'],
];

const JSON_TYPE = 'application/json';
const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

/** The paths of a resource with their operations, as OpenAPI 3 tells of them. */
export function pathsOf(
  { kind, custom, statusSubresource, scale }: Resource,
  reference: string,
): Record<string, Schema> {
  const root = `/${apiRoot(kind)}`;
  const base = kind.namespaced ? `${root}/namespaces/{namespace}/${kind.plural}` : `${root}/${kind.plural}`;
  const patches = custom ? PATCH_TYPES : [...PATCH_TYPES, 'application/strategic-merge-patch+json'];
  const at = new Operations(kind, reference, patches);
  const one = `${base}/{name}`;
  const shared = kind.namespaced ? ['namespace'] : [];
  const object = { get: at.read('get', []), put: at.write('put', WRITE), patch: at.patch() };
  return {
    [base]: {
      parameters: pathParameters(shared),
      get: at.read('list', LIST),
      post: at.write('post', WRITE),
      delete: at.read('deletecollection', [...SELECT, ...DELETE]),
    },
    [one]: {
      parameters: pathParameters([...shared, 'name']),
      ...object,
      delete: at.read('delete', DELETE),
    },
    ...(kind.namespaced && { [`${root}/${kind.plural}`]: { get: at.read('list', LIST) } }),
    ...(statusSubresource && {
      [`${one}/status`]: { parameters: pathParameters([...shared, 'name']), ...object },
    }),
    ...(scale && { [`${one}/scale`]: { parameters: pathParameters([...shared, 'name']), ...object } }),
  };
}

const pathParameters = (names: readonly string[]): readonly Schema[] =>
  names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));

class Operations {
  readonly #kind: Kind;
  readonly #reference: string;
  readonly #patches: readonly string[];

  constructor(kind: Kind, reference: string, patches: readonly string[]) {
    this.#kind = kind;
    this.#reference = reference;
    this.#patches = patches;
  }

  read(action: string, query: readonly Parameter[]): Schema {
    const { group, version, kind } = this.#kind;
    const content = { [JSON_TYPE]: { schema: { $ref: this.#reference } } };
    return {
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': { group, version, kind },
      parameters: query.map(([name, type]) => ({ name, in: 'query', schema: { type } })),
      responses: { 200: { description: 'OK', ...(action === 'get' && { content }) } },
    };
  }

  write(action: string, query: readonly Parameter[]): Schema {
    const content = { [JSON_TYPE]: { schema: { $ref: this.#reference } } };
    return { ...this.read(action, query), requestBody: { content, required: true } };
  }

  patch(): Schema {
    const content = Object.fromEntries(this.#patches.map((type) => [type, { schema: { type: 'object' } }]));
    return { ...this.read('patch', PATCH), requestBody: { content, required: true } };
  }
}
