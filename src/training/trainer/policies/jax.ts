import { env } from '../../environment/variables.ts';
import { changeTrainer, countOf, type Layout, rendezvousHost, trainerJob, withEnv } from '../layout.ts';
import { RENDEZVOUS_PORT } from '../names.ts';
import { rankVariable, withRendezvousPort } from './rank.ts';

/** One process of JAX on each node. */
export function applyJax(layout: Layout): Layout {
  const variables = [
    env('JAX_NUM_PROCESSES', countOf(layout, trainerJob(layout))),
    rankVariable('JAX_PROCESS_ID'),
    env('JAX_COORDINATOR_ADDRESS', `${rendezvousHost(layout)}:${RENDEZVOUS_PORT}`),
  ];
  return changeTrainer(layout, (container) => withRendezvousPort(withEnv(container, variables)));
}
