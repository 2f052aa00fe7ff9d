import { JOB_MESSAGES, JOB_REASONS } from '../../api/batch.ts';
import { BATCH_JOB, CLUSTER_ROLE, CONFIG_MAP, POD, ROLE_BINDING, SECRET, SERVICE_ACCOUNT } from '../../api/kinds.ts';
import type { KubeObject } from '../../api/kube.ts';
import { MPI_OPERATOR, OPERATOR_NAME_LABEL, operatorNameOf } from '../../api/labels.ts';
import { MPI_LAUNCHER_ROLE } from '../../api/mpi-defaults.ts';
import type { MPIJobSpec } from '../../api/mpi-job.ts';
import type { OwnedKind, Permission } from '../../runtime/domain.ts';
import type { Extension, Happening, JobKind } from '../job-kind.ts';
import { POD_FIELDS, type Pod } from '../pod-state.ts';
import type { Scene } from '../scene.ts';
import { servicesFor } from '../service.ts';
import { configMap, keysSecret } from './companions.ts';
import { accessObjects, furnishExec } from './exec.ts';
import { isSsh, LAUNCHER, launcherWorks, transportOf } from './job.ts';
import { drawKeys } from './keys.ts';
import {
  failedLaunchers,
  judgeLauncher,
  LAUNCHER_PODS,
  launcherJob,
  launcherJobUids,
  launcherPods,
  startsTogether,
  workersUp,
  workingLauncher,
} from './launcher-job.ts';
import { furnishSsh } from './ssh.ts';

const labelSelector = OPERATOR_NAME_LABEL;

const OWNS: readonly OwnedKind[] = [
  { kind: CONFIG_MAP, labelSelector, update: 'patch', stays: true },
  { kind: SECRET, update: 'never', draw: drawKeys },
  { kind: SERVICE_ACCOUNT, fields: [], labelSelector, update: 'never', stays: true },
  { kind: ROLE_BINDING, fields: [], labelSelector, update: 'never', stays: true },
  // A cluster without Kubernetes' own Jobs, such as the embedded one, still runs MPIJobs by exec.
  { kind: BATCH_JOB, labelSelector, update: 'patch', optional: true },
];

/** May be granted without being held. */
const GRANTED: Permission = {
  group: CLUSTER_ROLE.group,
  resource: CLUSTER_ROLE.plural,
  verbs: ['bind'],
  names: [MPI_LAUNCHER_ROLE],
};

/** What is particular to MPIJobs: a launcher that starts the processes, by exec or over ssh, and what it needs to do so. */
export const mpiExtension: Extension<MPIJobSpec> = {
  owns: OWNS,
  reads: [
    {
      name: LAUNCHER_PODS,
      kind: POD,
      fields: POD_FIELDS,
      labelSelector,
      by: 'controller',
      keys: (_job, children) => launcherJobUids(children),
    },
  ],
  permissions: [GRANTED],
  defaultReplicas: { Launcher: 1, Worker: 0 },
  unnumbered: [LAUNCHER.type],

  /**
   * Over ssh the launcher's Job alone decides how often it is tried, and a worker that is gone is replaced for the next try;
   * unless launcher and workers are begun anew together.
   */
  policies(spec, type, given) {
    if (transportOf(spec) === 'exec') return { judged: given ?? 'Never' };
    if (spec.runPolicy?.restartScope === 'Job') return { judged: 'OnFailure', pod: 'Never' };
    if (type === LAUNCHER.type) return { judged: 'Never', pod: given ?? 'OnFailure' };
    return { judged: 'OnFailure', pod: given ?? 'Never' };
  },
  operatorName: (job) => (isSsh(job) ? MPI_OPERATOR : operatorNameOf('MPIJob')),
  // As upstream marks them.
  objectLabels: ({ name }) => ({ app: name }),
  roleOf(job, { type }) {
    if (isSsh(job)) return type.toLowerCase();
    return type === LAUNCHER.type ? 'master' : undefined;
  },
  indexOf: (job, { type, index }) => (isSsh(job) && launcherWorks(job) && type === 'Worker' ? index + 1 : index),
  furnish: (job, replica, spec, options) =>
    isSsh(job) ? furnishSsh(job, replica, spec) : furnishExec(job, replica, spec, options),

  companions: (scene) => [
    ...(isSsh(scene.job) ? keysSecret(scene) : accessObjects(scene)),
    configMap(scene),
    ...(isSsh(scene.job) ? launcherJob(scene) : []),
  ],
  whenSuspended: (scene) => (isSsh(scene.job) ? keptOverSuspension(scene) : []),
  /** The launcher by exec starts when there is somebody to talk to; in a gang all start together or none. */
  isDue(scene, { type }) {
    if (type !== LAUNCHER.type) return true;
    return !isSsh(scene.job) && (startsTogether(scene) || workersUp(scene.roster.seats));
  },
  standIns: launcherPods,
  foreignPods: ({ lookups }) => (lookups[LAUNCHER_PODS] ?? []) as readonly Pod[],
  judgeFailure: (scene) => (isSsh(scene.job) ? judgeLauncher(scene) : undefined),
  late: (job) =>
    isSsh(job) ? { reason: JOB_REASONS.deadlineExceeded, message: JOB_MESSAGES.deadlineExceeded } : undefined,
  unfinished: workingLauncher,
  failed: (scene): Readonly<Record<string, number>> => (isSsh(scene.job) ? { Launcher: failedLaunchers(scene) } : {}),
  message: (job, happening) => (isSsh(job) ? wordsOf(`MPIJob ${job.namespace}/${job.name}`)[happening] : undefined),
};

/** mpi-operator's. */
const wordsOf = (job: string): Readonly<Record<Happening, string>> => ({
  created: `${job} is created.`,
  stopped: `${job} is suspended.`,
  suspended: 'MPIJob suspended',
  resumed: 'MPIJob resumed',
});

/** Kueue's and mpi-operator's contract: all but the workers is there, with the launcher's Job suspended. */
function keptOverSuspension(scene: Scene<MPIJobSpec>): readonly KubeObject[] {
  const kind = scene.kind as JobKind;
  return [
    ...keysSecret(scene),
    ...servicesFor(kind, scene.job, scene.options),
    configMap(scene),
    ...launcherJob(scene),
  ];
}
