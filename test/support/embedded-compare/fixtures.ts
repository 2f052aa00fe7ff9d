import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Kind, KubeObject } from '../../../src/api/kube.ts';
import { testCrd } from '../test-crd.ts';

export const NODE_NAME = 'compare-node';

/** A custom resource with a default, a rule, a fixed field, and a list of every sort. */
export const WIDGET: Kind = {
  group: 'compare.armature.dev',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
};

const text = { type: 'string' };
const count = { type: 'integer' };

const SCHEMA = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { ...count, minimum: 0, maximum: 10, default: 1 },
        replicas: { ...count, format: 'int32' },
        mode: { ...text, enum: ['Fast', 'Slow'], default: 'Fast' },
        fixed: { ...text, 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed is fixed' }] },
        items: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', required: ['name'], properties: { name: text, value: { ...count, default: 7 } } },
        },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            required: ['port'],
            properties: { port: count, protocol: { ...text, default: 'TCP' } },
          },
        },
        tags: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
        nested: { type: 'object', required: ['left'], properties: { left: text } },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        selector: text,
      },
      'x-kubernetes-validations': [{ rule: "self.size < 6 || self.mode == 'Slow'", message: 'large means slow' }],
    },
    status: {
      type: 'object',
      properties: {
        replicas: { ...count, format: 'int32' },
        selector: text,
        conditions: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
          items: { type: 'object', required: ['type', 'status'], properties: { type: text, status: text } },
        },
      },
    },
  },
};

const WIDGET_CRD = testCrd(WIDGET, SCHEMA, {
  subresources: {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  },
  selectableFields: [{ jsonPath: '.spec.mode' }, { jsonPath: '.spec.size' }],
});

export const crds = (): readonly KubeObject[] => [
  WIDGET_CRD,
  parse(readFileSync('crds/pytorchjobs.kubeflow.org.yaml', 'utf8')) as KubeObject,
];

export const PRIORITY_CLASSES = [
  { name: 'compare-high', value: 1000 },
  { name: 'compare-low', value: -5, preemptionPolicy: 'Never' },
].map(({ name, ...fields }) => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name },
  ...fields,
}));
