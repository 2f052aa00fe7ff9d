import { type Kind, type KubeObject, keyOf } from '../api/kube.ts';
import { ApiError, type KubeClient } from '../runtime/client.ts';
import type { Log } from '../runtime/progress.ts';
import { KindFinder, type PathReader } from './discovery.ts';
import { established, type Progress, rolledOut, waitUntil } from './wait.ts';

export interface InstallOptions {
  readonly log: Log;
  /** For each thing that is waited for. @default 120000 */
  readonly timeoutMs?: number;
}

/** An object as the cluster now has it. */
export interface Installed {
  readonly kind: Kind;
  readonly object: KubeObject;
}

/** Server-side apply remembers what we set under this name. */
export const FIELD_MANAGER = 'armature-install';

const FIRST = new Set(['Namespace', 'CustomResourceDefinition', 'PriorityClass', 'StorageClass']);
const LAST = new Set(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration']);

/** What must exist before anything else, the bulk in its given order, and what could lock the rest out. */
export function installationOrder(objects: readonly KubeObject[]): readonly (readonly KubeObject[])[] {
  const rank = ({ kind }: KubeObject) => (FIRST.has(kind) ? 0 : LAST.has(kind) ? 2 : 1);
  return [0, 1, 2].map((wanted) => objects.filter((object) => rank(object) === wanted));
}

/**
 * Applies objects to a cluster, server-side, so that doing it again changes nothing: namespaces and CRDs first, the rest
 * when the CRDs are served; then waits until every Deployment among them is available.
 * @throws naming the object that was refused, or what did not come up in time
 */
export async function installObjects(
  client: KubeClient & PathReader,
  objects: readonly KubeObject[],
  options: InstallOptions,
): Promise<Installed[]> {
  const finder = new KindFinder(client);
  const installed: Installed[] = [];
  const waits = { log: options.log, timeoutMs: options.timeoutMs ?? 120_000 };
  for (const stage of installationOrder(objects)) {
    const applied: Installed[] = [];
    for (const object of stage) applied.push(await applyObject(client, finder, object));
    await settled(client, ofKind(applied, 'CustomResourceDefinition'), established, 'CRDs', waits);
    installed.push(...applied);
  }
  await settled(client, ofKind(installed, 'Deployment'), rolledOut, 'Deployments', waits);
  return installed;
}

const ofKind = (installed: readonly Installed[], kind: string) =>
  installed.filter(({ object }) => object.kind === kind);

async function applyObject(client: KubeClient, finder: KindFinder, object: KubeObject): Promise<Installed> {
  const what = `${object.kind} ${keyOf(object.metadata)}`;
  const kind = await finder.kindOf(object);
  if (kind.namespaced && !object.metadata.namespace) throw new Error(`${what} has no namespace; give it one`);
  const { name = '', namespace } = object.metadata;
  const ref = { name, ...(namespace && { namespace }) };
  try {
    return {
      kind,
      object: await client.patch(kind, ref, 'apply', object, { fieldManager: FIELD_MANAGER, force: true }),
    };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new Error(`${what} was refused (${error.reason}): ${error.message}`, { cause: error });
  }
}

async function settled(
  client: KubeClient,
  installed: readonly Installed[],
  check: (object: KubeObject) => Progress,
  title: string,
  options: { readonly log: Log; readonly timeoutMs: number },
): Promise<void> {
  for (const { kind, object } of installed) {
    const { name = '', namespace } = object.metadata;
    const ref = { name, ...(namespace && { namespace }) };
    await waitUntil(`waiting for ${title}`, async () => check(await client.get(kind, ref)), options);
  }
}
