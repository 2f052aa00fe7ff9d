import type { Container, EnvVar, KeyedData, KeySelector } from '../pod-types.ts';
import { expand } from './expand.ts';
import { type DownwardView, fieldValue, resourceValue } from './field-ref.ts';

/** Finds ConfigMaps and Secrets of the pod's namespace; undefined when there is none of that name. */
export interface KeyedSources {
  configMap(name: string): Promise<KeyedData | undefined>;
  secret(name: string): Promise<KeyedData | undefined>;
}

/** A container's configuration cannot be put together; the message says why. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * A container's variables: those of Services, then `envFrom`, then `env`, each able to use the earlier ones.
 * @throws ConfigError when something that is not optional is missing
 */
export async function containerEnv(
  view: DownwardView,
  container: Container,
  services: Readonly<Record<string, string>>,
  sources: KeyedSources,
): Promise<Record<string, string>> {
  const variables: Record<string, string> = view.pod.spec.enableServiceLinks === false ? {} : { ...services };
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const reference = configMapRef ?? secretRef;
    if (!reference) continue;
    const kind = configMapRef ? 'configmap' : 'secret';
    const found = await (configMapRef ? sources.configMap(reference.name ?? '') : sources.secret(reference.name ?? ''));
    if (!found && !reference.optional) throw new ConfigError(`${kind} "${reference.name}" not found`);
    for (const [key, value] of found?.data ?? []) variables[prefix + key] = value.toString();
  }
  for (const variable of container.env ?? []) {
    const value = await variableValue(view, container, variable, variables, sources);
    if (value !== undefined) variables[variable.name] = value;
  }
  return variables;
}

async function variableValue(
  view: DownwardView,
  container: Container,
  { name, value, valueFrom }: EnvVar,
  variables: Readonly<Record<string, string>>,
  sources: KeyedSources,
): Promise<string | undefined> {
  if (!valueFrom) return expand(value ?? '', (other) => variables[other]);
  try {
    if (valueFrom.fieldRef) return fieldValue(view, valueFrom.fieldRef.fieldPath);
    if (valueFrom.resourceFieldRef) return resourceValue(view, valueFrom.resourceFieldRef, container);
  } catch (error) {
    throw new ConfigError(`env ${name}: ${(error as Error).message}`);
  }
  const { configMapKeyRef, secretKeyRef } = valueFrom;
  if (configMapKeyRef) return keyValue('ConfigMap', configMapKeyRef, (key) => sources.configMap(key));
  if (secretKeyRef) return keyValue('Secret', secretKeyRef, (key) => sources.secret(key));
  const form = Object.keys(valueFrom)[0];
  throw new ConfigError(
    `env ${name}: a node of processes does not offer valueFrom.${form}; use a ConfigMap or a Secret`,
  );
}

async function keyValue(
  kind: 'ConfigMap' | 'Secret',
  { name = '', key, optional }: KeySelector,
  find: (name: string) => Promise<KeyedData | undefined>,
): Promise<string | undefined> {
  const found = await find(name);
  const value = found?.data.get(key);
  if (value !== undefined) return value.toString();
  if (optional) return undefined;
  if (!found) throw new ConfigError(`${kind.toLowerCase()} "${name}" not found`);
  throw new ConfigError(`couldn't find key ${key} in ${kind} ${found.metadata.namespace}/${name}`);
}

/** Command and arguments with their `$(NAME)` replaced. */
export function expandAll(
  words: readonly string[] | undefined,
  variables: Readonly<Record<string, string>>,
): readonly string[] {
  return (words ?? []).map((word) => expand(word, (name) => variables[name]));
}
