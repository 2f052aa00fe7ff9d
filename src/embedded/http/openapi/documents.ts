import { createHash } from 'node:crypto';
import type { CustomResourceDefinition } from '../../../api/crd.ts';
import { CUSTOM_RESOURCE_DEFINITION } from '../../../api/kinds.ts';
import type { Kind } from '../../../api/kube.ts';
import { apiRoot } from '../../../runtime/resource-path.ts';
import type { ApiServer } from '../../api-server.ts';
import { builtinTypeName, objectMetaSchema } from '../../patch/builtin/index.ts';
import { type Resource, resourceId } from '../../resource.ts';
import { pathsOf } from './paths.ts';
import { REFERENCE, type Schema, SchemaWriter } from './schema.ts';

interface Document {
  readonly openapi: '3.0.0';
  readonly info: Schema;
  readonly paths: Record<string, Schema>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const INFO = { title: 'Armature embedded cluster', version: 'v1.36' };

/** `/openapi/v3`: where each document is, under an address that changes with its content. */
export function openApiIndex(server: ApiServer): object {
  const paths = new Map<string, object>();
  for (const { kind } of server.resources()) {
    const path = apiRoot(kind);
    if (paths.has(path)) continue;
    const hash = createHash('sha256')
      .update(JSON.stringify(openApiDocument(server, path)))
      .digest('hex');
    paths.set(path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash.slice(0, 32).toUpperCase()}` });
  }
  return { paths: Object.fromEntries(paths) };
}

const documents = new WeakMap<Resource, { readonly version: string; readonly document: Document }>();

/** The document of a group and version; undefined when it is not served. */
export function openApiDocument(server: ApiServer, path: string): Document | undefined {
  const resources = server.resources().filter(({ kind }) => apiRoot(kind) === path);
  const [first] = resources;
  if (!first) return undefined;
  const version = resources.map(({ kind }) => `${kind.plural} ${definitionOf(server, kind)?.metadata.resourceVersion}`);
  const key = version.join();
  const known = documents.get(first);
  if (known?.version === key) return known.document;
  const document = documentOf(server, resources);
  documents.set(first, { version: key, document });
  return document;
}

function definitionOf(server: ApiServer, kind: Kind): CustomResourceDefinition | undefined {
  const table = resourceId(CUSTOM_RESOURCE_DEFINITION);
  return server.store.get(table, `${kind.plural}.${kind.group}`) as CustomResourceDefinition | undefined;
}

function documentOf(server: ApiServer, resources: readonly Resource[]): Document {
  const writer = new SchemaWriter();
  const schemas: Record<string, Schema> = {};
  const paths: Record<string, Schema> = {};
  for (const resource of resources) {
    const { kind, mergeSchema } = resource;
    const definition = resource.custom ? definitionOf(server, kind) : undefined;
    const name = definition
      ? customName(kind)
      : writer.component(builtinTypeName(mergeSchema) ?? kind.kind, mergeSchema);
    const schema = definition ? customSchema(definition, kind, writer) : writer.components[name];
    const { group, version } = kind;
    schemas[name] = { ...schema, 'x-kubernetes-group-version-kind': [{ group, version, kind: kind.kind }] };
    Object.assign(paths, pathsOf(resource, `${REFERENCE}${name}`));
  }
  return { openapi: '3.0.0', info: INFO, paths, components: { schemas: { ...writer.components, ...schemas } } };
}

/** `org.kubeflow.v1.PyTorchJob`. */
const customName = ({ group, version, kind }: Kind): string => [...group.split('.').reverse(), version, kind].join('.');

/** A CRD's own schema, with the fields that every object has. */
function customSchema({ spec }: CustomResourceDefinition, { version }: Kind, writer: SchemaWriter): Schema {
  const found = spec.versions.find(({ name }) => name === version)?.schema.openAPIV3Schema as Schema | undefined;
  const metadata = { $ref: `${REFERENCE}${writer.component('ObjectMeta', objectMetaSchema())}` };
  const text = { type: 'string' };
  return {
    ...(found ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
    properties: { ...(found?.properties as Schema | undefined), apiVersion: text, kind: text, metadata },
  };
}

/** `/openapi/v2`: everything in one document of the older form. */
export function swaggerDocument(server: ApiServer): object {
  const paths: Record<string, Schema> = {};
  const definitions: Record<string, Schema> = {};
  for (const path of new Set(server.resources().map(({ kind }) => apiRoot(kind)))) {
    const document = openApiDocument(server, path);
    Object.assign(paths, document?.paths);
    Object.assign(definitions, document?.components.schemas);
  }
  const older = Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, olderPath(item)]));
  const whole = JSON.stringify({ swagger: '2.0', info: INFO, paths: older, definitions });
  return JSON.parse(whole.replaceAll(`"${REFERENCE}`, '"#/definitions/')) as object;
}

interface Operation {
  readonly parameters?: readonly { readonly schema?: Schema }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
}

function olderPath(item: Schema): Schema {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map(olderParameter) : olderOperation(value as Operation & Schema),
    ]),
  );
}

function olderOperation({ requestBody, responses: _, parameters = [], ...rest }: Operation & Schema): Schema {
  const content = requestBody?.content ?? {};
  const schema = Object.values(content)[0]?.schema;
  return {
    ...rest,
    ...(requestBody && { consumes: Object.keys(content) }),
    produces: ['application/json'],
    parameters: [
      ...parameters.map(olderParameter),
      ...(schema ? [{ name: 'body', in: 'body', required: true, schema }] : []),
    ],
    responses: { 200: { description: 'OK' } },
  };
}

const olderParameter = ({ schema, ...rest }: { readonly schema?: Schema }): Schema => ({ ...rest, ...schema });
