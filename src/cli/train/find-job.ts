import type { KubeObject } from '../../api/kube.ts';
import { isNotFound } from '../../runtime/client.ts';
import { stderrLog, withProgress } from '../../runtime/progress.ts';
import { titleOf } from './job-view.ts';
import { TRAIN_KINDS, trainKindNamed } from './kinds.ts';
import type { Session } from './session.ts';
import { suggestions } from './suggest.ts';
import type { TrainKind } from './train-kind.ts';

/** A job in the cluster, and what its kind means. */
export interface Found {
  readonly trainKind: TrainKind;
  readonly job: KubeObject;
}

/** Every training job of the session's scope, by kind and name. */
export async function listJobs(session: Session, kinds = TRAIN_KINDS, name?: string): Promise<readonly Found[]> {
  const { client, scope } = session;
  let served = false;
  const pages = await Promise.all(
    kinds.map(async (trainKind) => {
      const options = { ...(scope && { namespace: scope }), ...(name && { fieldSelector: `metadata.name=${name}` }) };
      const page = await client.list(trainKind.kind, options).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
      served ||= page !== undefined;
      return (page?.items ?? []).map((job): Found => ({ trainKind, job }));
    }),
  );
  if (!served) {
    const names = kinds.map(({ kind }) => kind.kind).join(', ');
    throw new Error(`the cluster does not serve ${names}: \`armature install\` brings the platform to it`);
  }
  return pages.flat();
}

/**
 * The job that people mean by `digits` or `pytorchjob/digits`.
 * @throws naming what is close, or what to write, when it is none or several
 */
export function findJob(session: Session, written: string): Promise<Found> {
  return withProgress(stderrLog, `looking for ${written}`, () => find(session, written));
}

async function find(session: Session, written: string): Promise<Found> {
  const [before = '', after] = written.split('/', 2);
  const name = after ?? before;
  const kinds = after === undefined ? TRAIN_KINDS : kindsNamed(before);
  const found = await listJobs(session, kinds, name);
  const [only] = found;
  if (only && found.length === 1) return only;
  const where = session.scope === undefined ? 'any namespace' : `the namespace ${session.scope}`;
  if (only) throw new Error(ambiguous(name, found));
  const known = (await listJobs(session, kinds)).map(({ job }) => job.metadata.name ?? '');
  throw new Error(`there is no training job ${written} in ${where}${hint(session, name, known)}`);
}

function kindsNamed(written: string): readonly TrainKind[] {
  const kind = trainKindNamed(written);
  if (kind) return [kind];
  const names = TRAIN_KINDS.map(({ kind: { kind } }) => kind.toLowerCase());
  const close = suggestions(written.toLowerCase(), names)[0];
  throw new Error(
    `"${written}" is no kind of training job; ${close ? `did you mean ${close}? ` : ''}${names.join(', ')} are`,
  );
}

function ambiguous(name: string, found: readonly Found[]): string {
  const [first] = found;
  const namespaces = new Set(found.map(({ job }) => job.metadata.namespace));
  const which = found.map(({ job }) => `${titleOf(job)} in ${job.metadata.namespace}`).join(', ');
  const how = namespaces.size > 1 ? '-n NAMESPACE' : first ? titleOf(first.job) : name;
  return `several jobs are called ${name}: ${which}; write ${how} for the one you mean`;
}

function hint({ scope }: Session, name: string, known: readonly string[]): string {
  const close = suggestions(name, known);
  if (close.length > 0) return `; did you mean ${close.join(', ')}?`;
  if (known.length > 0) return '; `armature train list` shows those that are there';
  return scope === undefined ? '' : '; -n names another namespace, -A looks in all of them';
}
