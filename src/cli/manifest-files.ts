import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type KubeObject, keyOf } from '../api/kube.ts';

/** The YAML files of a folder in the order of their names, not of its subfolders; or the one file, YAML or JSON. */
export function manifestFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

/**
 * Every object in a text of YAML documents; Lists are unpacked, empty documents left out.
 * @throws naming the file and what is wrong with it
 */
export function parseManifests(text: string, file: string): KubeObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [problem] = document.errors;
    if (problem) throw new Error(`${file} is not YAML: ${problem.message}`);
    const value = document.toJS() as (KubeObject & { readonly items?: readonly KubeObject[] }) | null;
    if (value === null) return [];
    if (value.kind === 'List') return [...(value.items ?? [])];
    if (value.apiVersion && value.kind && value.metadata?.name) return [value];
    throw new Error(
      `${file} holds a document that is no Kubernetes object: it needs apiVersion, kind and metadata.name`,
    );
  });
}

/** @throws when the path cannot be read or holds no object. */
export function readManifests(path: string): KubeObject[] {
  const objects = manifestFiles(path).flatMap((file) => parseManifests(readFileSync(file, 'utf8'), file));
  if (objects.length === 0)
    throw new Error(`${path} holds no Kubernetes objects; synthesize the platform first (npx cdk8s synth)`);
  return objects;
}

/** An object and where it was written. */
export interface Located {
  readonly object: KubeObject;
  /** `jobs.yaml, document 2 (PyTorchJob team-a/train)`. */
  readonly where: string;
}

/** Every object of a file or of a folder's files, and where it was written. */
export function locatedManifests(path: string): Located[] {
  return manifestFiles(path).flatMap((file) =>
    parseManifests(readFileSync(file, 'utf8'), file).map((object, index) => ({
      object,
      where: `${file}, document ${index + 1} (${object.kind} ${keyOf(object.metadata)})`,
    })),
  );
}
