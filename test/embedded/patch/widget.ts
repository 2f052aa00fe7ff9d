import type { Kind } from '../../../src/api/kube.ts';
import type { OpenApiSchema } from '../../../src/embedded/patch/index.ts';
import { testCrd } from '../../support/test-crd.ts';

/** A custom resource with a list, a map and a field of every sort. */
export const WIDGET: Kind = {
  group: 'patch.armature.dev',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
};

const text: OpenApiSchema = { type: 'string' };
const count: OpenApiSchema = { type: 'integer' };
const object = (properties: Record<string, OpenApiSchema>): OpenApiSchema => ({ type: 'object', properties });
const textMap: OpenApiSchema = { type: 'object', additionalProperties: text };
const listMap = (keys: readonly string[], properties: Record<string, OpenApiSchema>) =>
  ({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    items: { ...object(properties), required: keys.filter((key) => properties[key]?.default === undefined) },
  }) as OpenApiSchema;

export const WIDGET_SCHEMA: OpenApiSchema = object({
  spec: object({
    size: count,
    items: listMap(['name'], { name: text, value: count, inner: object({ x: text, y: text }) }),
    ports: listMap(['port', 'protocol'], { port: count, protocol: { type: 'string', default: 'TCP' }, note: text }),
    tags: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    list: { type: 'array', items: text },
    whole: { ...textMap, 'x-kubernetes-map-type': 'atomic' },
    nested: object({ left: object({ x: text }), right: textMap }),
    maps: { type: 'object', additionalProperties: object({ x: text, y: text }) },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    open: {
      ...object({ known: text, list: listMap(['name'], { name: text }) }),
      'x-kubernetes-preserve-unknown-fields': true,
    },
    either: { 'x-kubernetes-int-or-string': true } as OpenApiSchema,
    embedded: {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    },
  }),
  status: object({
    count,
    conditions: listMap(['type'], { type: text, status: text, reason: text }),
  }),
});

export const WIDGET_CRD = testCrd(WIDGET, WIDGET_SCHEMA);
