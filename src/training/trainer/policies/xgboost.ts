import { env } from '../../environment/variables.ts';
import { changeTrainer, countOf, type Layout, rendezvousHost, trainerJob, withEnv } from '../layout.ts';
import { RENDEZVOUS_PORT } from '../names.ts';
import { gpusOf, nodeResources } from '../node-resources.ts';
import { rankVariable, withRendezvousPort } from './rank.ts';

/** One worker of XGBoost on each GPU, or on each node that has none; the tracker is on the first. */
export function applyXgboost(layout: Layout): Layout {
  const perNode = gpusOf(nodeResources(layout)) || 1;
  const variables = [
    env('DMLC_TRACKER_URI', rendezvousHost(layout)),
    env('DMLC_TRACKER_PORT', RENDEZVOUS_PORT),
    rankVariable('DMLC_TASK_ID'),
    env('DMLC_NUM_WORKER', countOf(layout, trainerJob(layout)) * perNode),
  ];
  return changeTrainer(layout, (container) => withRendezvousPort(withEnv(container, variables)));
}
