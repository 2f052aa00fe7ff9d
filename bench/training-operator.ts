import type { ClusterInfo } from '../src/cluster/index.ts';
import type { Api } from '../test/support/api.ts';
import { trainingOperator as built, TRAINING_OPERATOR_VERSION } from '../test/support/peers/training-operator.ts';
import type { Contestant } from './contestant.ts';

/** Kubeflow's training-operator, as shipped and with its limits lifted. Its webhook would only slow it. */
export async function trainingOperator(api: Api, cluster: ClusterInfo, kind: string, log: (line: string) => void) {
  const operator = await built(api, cluster, log);
  const run = (name: string, flags: readonly string[]): Contestant => ({
    name: `training-operator ${TRAINING_OPERATOR_VERSION}, ${name}`,
    user: operator.user,
    start: () => operator.start([kind], flags),
  });
  return {
    atDefaults: run('its defaults', []),
    tuned: run('tuned', ['--kube-api-qps=1000', '--kube-api-burst=1000', '--controller-threads=10']),
  };
}
