import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../api/kube.ts';

const MANIFEST = /\.(ya?ml|json)$/;

/**
 * Every Kubernetes object in a file, or in the files of a directory and below it, in the order of their names.
 * @throws when nothing is there, or a file is not YAML, with its path and line
 */
export function loadManifests(path: string): KubeObject[] {
  const files = filesAt(path);
  if (files.length === 0) throw new Error(`${path} holds no .yaml, .yml or .json file`);
  return files.flatMap(objectsIn);
}

function filesAt(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new Error(`${path} does not exist: give a manifest, or a directory of manifests`);
  if (!stats.isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => MANIFEST.test(name))
    .sort()
    .map((name) => join(path, name));
}

function objectsIn(file: string): KubeObject[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).flatMap((document) => {
    const [error] = 'errors' in document ? document.errors : [];
    if (error) throw new Error(`${file}: ${error.message}`);
    return flattened('toJS' in document ? document.toJS() : undefined);
  });
}

/** A List counts as its items; what is no object of Kubernetes is left out. */
function flattened(value: unknown): KubeObject[] {
  if (!isObject(value)) return [];
  if (value.kind === 'List' && Array.isArray(value.items)) return value.items.flatMap(flattened);
  const { apiVersion, kind, metadata } = value;
  const complete = typeof apiVersion === 'string' && typeof kind === 'string' && isObject(metadata);
  return complete ? [value as unknown as KubeObject] : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
