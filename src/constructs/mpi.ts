import { MPIJob } from '../../imports/kubeflow.org.ts';
import { MPI_JOB_DEFINITION, type MPIJobSpec, type RunPolicy } from '../api/index.ts';
import type { FrameworkSpec, JobFramework } from './framework.ts';
import type { JobContext } from './job-context.ts';
import { countProblems, type ReplicaProps, type WorkerProps } from './replica.ts';
import { renderRoles, roleProblems, rolesOf } from './roles.ts';

/**
 * An MPI job: a launcher that runs `mpirun`, and workers that wait for it. What stands here holds for both, unless they say
 * otherwise; a command is each one's own.
 */
export interface MpiProps extends Omit<ReplicaProps, 'command' | 'args'> {
  /** Its command is `mpirun`, with the program to run. */
  readonly launcher: ReplicaProps;
  /** Without a command they serve ssh, or wait for `kubectl exec`. @default - none: the launcher works alone */
  readonly workers?: WorkerProps;
  /** Processes on each worker. @default 1 */
  readonly slotsPerWorker?: number;
  /**
   * How the launcher starts processes on the workers: `ssh` needs an ssh server in the image, `exec` only a shell.
   * @default 'ssh'
   */
  readonly transport?: 'ssh' | 'exec';
  /** @default 'OpenMPI' */
  readonly implementation?: 'OpenMPI' | 'Intel' | 'MPICH';
  /**
   * Over ssh: where ssh looks for keys, which is `.ssh` in the home of the image's user. To be given along with `user`.
   * @default '/root/.ssh'
   */
  readonly keysPath?: string;
  /** Over ssh: the launcher runs processes too. @default false */
  readonly launcherWorks?: boolean;
  /** Over ssh: the launcher starts when all workers are ready; by exec it does so always. @default false */
  readonly waitForWorkers?: boolean;
}

const CONTAINER = 'mpi';
const TYPES = { launcher: 'Launcher', workers: 'Worker' } as const;

export function mpi(props: MpiProps): JobFramework {
  const { launcher, workers } = props;
  const roles = rolesOf({ launcher, workers }, TYPES);
  return {
    definition: MPI_JOB_DEFINITION,
    resource: MPIJob,
    render: (runPolicy, context) => specOf(props, runPolicy, context),
    problems: () => [...roleProblems(props, roles), ...mpiProblems(props)],
  };
}

function specOf(props: MpiProps, runPolicy: RunPolicy, context: JobContext): FrameworkSpec {
  const { launcher, workers, slotsPerWorker, transport = 'ssh', implementation, keysPath, ...more } = props;
  const { launcherWorks, waitForWorkers, ...shared } = more;
  const { specs, ...rest } = renderRoles(CONTAINER, shared, rolesOf({ launcher, workers }, TYPES), context);
  const spec: MPIJobSpec = {
    ...(Object.keys(runPolicy).length > 0 && { runPolicy }),
    transport,
    ...(slotsPerWorker !== undefined && { slotsPerWorker }),
    ...(implementation && { mpiImplementation: implementation }),
    ...(keysPath && { sshAuthMountPath: keysPath }),
    ...(launcherWorks && { runLauncherAsWorker: true }),
    ...(waitForWorkers && { launcherCreationPolicy: 'WaitForWorkersReady' }),
    mpiReplicaSpecs: { ...specs, ...(transport === 'exec' && { Launcher: withToken(specs.Launcher) }) },
  };
  return { spec, ...rest };
}

type Replica = ReturnType<typeof renderRoles>['specs'][string];

/** By exec the launcher speaks to the API server, with what its own role allows. */
function withToken(launcher: Replica | undefined): Replica {
  const { spec, ...template } = launcher?.template ?? {};
  const { automountServiceAccountToken: _, ...rest } = { ...spec, containers: spec?.containers ?? [] };
  return { ...launcher, template: { ...template, spec: rest } };
}

function mpiProblems(props: MpiProps): string[] {
  const { launcher, workers, slotsPerWorker, transport = 'ssh', keysPath, launcherWorks, waitForWorkers } = props;
  const problems: string[] = [];
  if (slotsPerWorker !== undefined) problems.push(...countProblems('slotsPerWorker', slotsPerWorker));
  if (!workers && !launcherWorks && transport === 'ssh') {
    problems.push("an MPI job needs 'workers', or 'launcherWorks: true' for a launcher that works alone");
  }
  const users = [launcher.user ?? props.user, workers?.user ?? props.user];
  if (transport === 'exec') {
    const given = Object.entries({ keysPath, launcherWorks, waitForWorkers }).filter(([, value]) => value);
    return [...problems, ...given.map(([name]) => `'${name}' means nothing by exec: drop it, or use ssh`)];
  }
  if (users.includes(0)) {
    problems.push(
      "'user' must not be 0 over ssh: an ssh server of root needs capabilities that these containers drop; let it run as another user on a port above 1023",
    );
  } else if (users.some((user) => user !== undefined) && !keysPath) {
    problems.push("'keysPath' must be given along with 'user': the folder .ssh in the home of that user in the image");
  }
  return problems;
}
