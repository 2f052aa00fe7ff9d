import type { Container, EnvVar } from '../../../api/pod-template.ts';
import { env } from '../../environment/variables.ts';
import {
  changeJobs,
  changeTrainer,
  countOf,
  type Layout,
  rendezvousHost,
  trainerJob,
  withEnv,
  withPodSpec,
} from '../layout.ts';
import { RENDEZVOUS_PORT } from '../names.ts';
import { cpusOf, gpusOf, nodeResources } from '../node-resources.ts';
import { rankVariable, withRendezvousPort } from './rank.ts';
import { isTorchtune, torchtuneCommand } from './torchtune.ts';

/** What torchrun reads from its environment. */
export function applyTorch(layout: Layout): Layout {
  const nodes: readonly EnvVar[] = [
    env('PET_NNODES', countOf(layout, trainerJob(layout))),
    env('PET_NPROC_PER_NODE', processesPerNode(layout)),
    rankVariable('PET_NODE_RANK'),
  ];
  const rendezvous = [env('PET_MASTER_ADDR', rendezvousHost(layout)), env('PET_MASTER_PORT', RENDEZVOUS_PORT)];
  const trained = changeTrainer(layout, (container) =>
    withRendezvousPort(
      isTorchtune(layout.job)
        ? { ...withEnv(container, nodes), command: torchtuneCommand(layout) }
        : withEnv(container, [...nodes, ...rendezvous]),
    ),
  );
  return injectElsewhere(trained, [...nodes, ...rendezvous]);
}

/**
 * As many as the TrainJob says; else one for each GPU, which torchrun counts itself, or one for each processor of a node
 * that has none.
 */
export function processesPerNode(layout: Layout): string | number {
  const asked = layout.job.spec.trainer?.numProcPerNode;
  if (asked !== undefined && asked !== 'auto') return asked;
  const resources = nodeResources(layout);
  return gpusOf(resources) > 0 ? 'auto' : Math.max(1, cpusOf(resources));
}

/** Side cars and init containers that the runtime names are told the same. */
function injectElsewhere(layout: Layout, variables: readonly EnvVar[]): Layout {
  const targets = layout.runtime.mlPolicy?.torch?.envInjection?.targets ?? [];
  return targets.reduce((injected, { jobName, containerNames }) => {
    const inject = (container: Container): Container =>
      containerNames.includes(container.name) ? withEnv(container, variables) : container;
    return changeJobs(
      injected,
      ({ name }) => name === jobName,
      (job) =>
        withPodSpec(job, (spec) => ({
          ...spec,
          containers: spec.containers.map(inject),
          ...(spec.initContainers && { initContainers: spec.initContainers.map(inject) }),
        })),
    );
  }, layout);
}
