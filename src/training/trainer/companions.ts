import type { JobSet } from '../../api/jobset.ts';
import { CONFIG_MAP, SECRET } from '../../api/kinds.ts';
import { apiVersionOf, type Kind, type KubeObject } from '../../api/kube.ts';
import { CURVE_KEYS_TYPE, SSH_KEYS_TYPE, TRAIN_JOB_LABEL } from '../../api/labels.ts';
import type { RandomBytes } from '../../runtime/environment.ts';
import { drawKeys } from '../mpi/keys.ts';
import { drawCurve } from './flux-curve.ts';
import { countOf, hostOf, jobsOf, type Layout } from './layout.ts';
import { fluxCurveName, fluxEntrypointName, hostfileName, keysName, LAUNCHER, NODE } from './names.ts';
import { ENTRYPOINT_SCRIPT, fluxClusterOf, INIT_SCRIPT } from './policies/flux.ts';
import { entrypointScript, initScript } from './policies/flux-scripts.ts';
import { slotsOf } from './policies/mpi.ts';

/** What stands beside the JobSet of an MPI or a Flux job for its pods to read: hosts or scripts, and keys. */
export function companionsOf(layout: Layout, jobSet: JobSet | undefined): readonly KubeObject[] {
  const { mpi, flux } = layout.runtime.mlPolicy ?? {};
  if (mpi) return [hostfile(layout), ...(jobSet ? [] : [keys(layout)])];
  if (flux) return [fluxScripts(layout), ...(jobSet ? [] : [curve(layout)])];
  return [];
}

function hostfile(layout: Layout): KubeObject {
  const launcherWorks = layout.runtime.mlPolicy?.mpi?.runLauncherAsNode === true;
  const slots = slotsOf(layout);
  const lines = jobsOf(layout)
    .filter(({ name }) => name === NODE || (launcherWorks && name === LAUNCHER))
    .flatMap((job) =>
      Array.from({ length: countOf(layout, job) }, (_, index) => `${hostOf(layout, job, index)} slots=${slots}\n`),
    );
  return companion(layout, CONFIG_MAP, hostfileName(layout.job), { data: { hostfile: lines.join('') } });
}

/** Drawn once: the JobSet is made after them, and while it is there nobody asks for them again. */
const keys = (layout: Layout): KubeObject =>
  companion(layout, SECRET, keysName(layout.job), { type: SSH_KEYS_TYPE, immutable: true });

function fluxScripts(layout: Layout): KubeObject {
  const cluster = fluxClusterOf(layout);
  const data = { [INIT_SCRIPT]: initScript(cluster), [ENTRYPOINT_SCRIPT]: entrypointScript(cluster) };
  return companion(layout, CONFIG_MAP, fluxEntrypointName(layout.job), { data });
}

const curve = (layout: Layout): KubeObject =>
  companion(layout, SECRET, fluxCurveName(layout.job), { type: CURVE_KEYS_TYPE, immutable: true });

/** The keys of a Secret that is made, by what it is for. */
export const drawTrainerKeys = (secret: KubeObject, randomBytes: RandomBytes): KubeObject =>
  (secret as { readonly type?: string }).type === CURVE_KEYS_TYPE
    ? drawCurve(secret, randomBytes)
    : drawKeys(secret, randomBytes);

const companion = ({ job }: Layout, kind: Kind, name: string, content: object): KubeObject => ({
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
  metadata: {
    name,
    namespace: job.metadata.namespace ?? '',
    labels: { [TRAIN_JOB_LABEL]: job.metadata.name ?? '' },
  },
  ...content,
});
