import { type Command, InvalidArgumentError } from 'commander';
import { type KubeObject, keyOf } from '../../api/kube.ts';
import { isAlreadyExists, isNotFound } from '../../runtime/client.ts';
import { stderrLog, withProgress } from '../../runtime/progress.ts';
import type { Found } from './find-job.ts';
import { follow, tellEnding } from './follow.ts';
import { titleOf } from './job-view.ts';
import { trainKindOf } from './kinds.ts';
import { type Session, type TrainFlags, trainCommand, withSession } from './session.ts';

interface Flags extends TrainFlags {
  readonly follow?: boolean;
  readonly name?: string;
}

export const submitCommand = (): Command =>
  trainCommand('submit', 'make the training jobs of a file, and what else the file holds')
    .argument('<file>', 'YAML or JSON, a folder of such files, or - for standard input')
    .option('--follow', "show the job's output and conditions until it ends; exits with its result")
    .option('--name <name>', 'give the job this name instead of its own', nameOf)
    .action((file: string, flags: Flags) => withSession(flags, (session) => submit(session, file, flags)));

function nameOf(text: string): string {
  if (/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError('a name is lower-case letters, digits and dashes, a letter first, no dash last.');
}

async function submit(session: Session, file: string, flags: Flags): Promise<void> {
  const objects = (await read(file)).map((object) => placed(object, session, flags.namespace !== undefined));
  const jobs = objects.filter((object) => trainKindOf(object) !== undefined);
  const [first] = jobs;
  if (!first) throw new Error(`${file} holds no training job; \`kubectl apply\` is for other objects`);
  if (jobs.length > 1 && (flags.follow || flags.name)) {
    const which = jobs.map(titleOf).join(', ');
    throw new Error(`${file} holds ${jobs.length} jobs (${which}): ${flags.name ? '--name' : '--follow'} is for one`);
  }
  const others = objects.filter((object) => !jobs.includes(object));
  if (others.length > 0) await applyOthers(session, others);
  const made: Found[] = [];
  for (const job of jobs) made.push(await create(session, flags.name ? renamed(job, flags.name) : job));
  for (const { job } of made) {
    const { kind, metadata } = job;
    const where = `-n ${metadata.namespace}`;
    const next = flags.follow ? '' : `; follow it with: armature train logs -f ${titleOf(job)} ${where}`;
    if (!session.json) stderrLog(`${titleOf(job)} is submitted to ${metadata.namespace}${next}`);
    session.print(() => '', { type: 'submitted', kind, namespace: metadata.namespace, name: metadata.name });
  }
  const [only] = made;
  if (flags.follow && only) tellEnding(await follow(session, only), only, await current(session, only));
}

async function read(file: string): Promise<readonly KubeObject[]> {
  const [{ parseManifests, readManifests }, { readFileSync }] = await Promise.all([
    import('../manifest-files.ts'),
    import('node:fs'),
  ]);
  if (file === '-') return parseManifests(readFileSync(0, 'utf8'), 'standard input');
  try {
    return readManifests(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw error;
    throw new Error(`there is no ${file}; give the path of a manifest, or of a folder such as dist of cdk8s synth`);
  }
}

/** In its own namespace, else in the session's. */
function placed(object: KubeObject, { namespace }: Session, named: boolean): KubeObject {
  if (!trainKindOf(object)) return object;
  const own = object.metadata.namespace;
  if (own === undefined) return { ...object, metadata: { ...object.metadata, namespace } };
  if (named && own !== namespace) {
    throw new Error(
      `${titleOf(object)} says that it belongs to the namespace ${own}, and -n says ${namespace}; leave one out`,
    );
  }
  return object;
}

const renamed = (job: KubeObject, name: string): KubeObject => ({ ...job, metadata: { ...job.metadata, name } });

async function applyOthers(session: Session, objects: readonly KubeObject[]): Promise<void> {
  const { installObjects } = await import('../install-objects.ts');
  const { namespace } = session;
  const homed = objects.map((object) =>
    object.metadata.namespace || CLUSTER_WIDE.has(object.kind)
      ? object
      : { ...object, metadata: { ...object.metadata, namespace } },
  );
  await installObjects(session.client, homed, { log: stderrLog });
}

/** What manifests of jobs hold besides, and has no namespace. */
const CLUSTER_WIDE = new Set([
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'StorageClass',
  'PersistentVolume',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterTrainingRuntime',
]);

function create(session: Session, job: KubeObject): Promise<Found> {
  const title = titleOf(job);
  return withProgress(stderrLog, `submitting ${title}`, async () => {
    const trainKind = trainKindOf(job);
    if (!trainKind) throw new Error(`${title} is no training job`);
    try {
      return { trainKind, job: await session.client.create(trainKind.kind, job, { fieldManager: 'armature-train' }) };
    } catch (error) {
      throw refusalOf(error, job);
    }
  });
}

function refusalOf(error: unknown, job: KubeObject): unknown {
  const { name, namespace } = job.metadata;
  const title = titleOf(job);
  if (isAlreadyExists(error)) {
    return new Error(
      `${title} is there already in ${namespace}: give this one another name with --name, or take the other away first with: armature train delete ${title} -n ${namespace}`,
    );
  }
  if (!isNotFound(error)) return error;
  const { message } = error as Error;
  const noNamespace = message.includes(`namespaces "${namespace}"`);
  return new Error(
    noNamespace
      ? `there is no namespace ${namespace} for ${name}; make it (kubectl create namespace ${namespace}), or name another with -n`
      : `the cluster does not serve ${job.kind}, which ${keyOf(job.metadata)} is; \`armature install\` brings the platform to it`,
  );
}

const current = async ({ client }: Session, { trainKind, job }: Found): Promise<KubeObject> => {
  const { namespace, name = '' } = job.metadata;
  return client.get(trainKind.kind, { ...(namespace && { namespace }), name }).catch(() => job);
};
