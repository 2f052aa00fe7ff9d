import type { ClusterInfo } from '../src/cluster/index.ts';
import type { Api } from '../test/support/api.ts';
import { armature } from './armature.ts';
import type { Contestant } from './contestant.ts';
import { log } from './log.ts';
import { peerOf } from './peers.ts';
import { ratios, sharesTable, summarize, table } from './report.ts';
import { writeResult } from './result-file.ts';
import { LIFE_SECONDS, type TrialResult, trial } from './trial.ts';
import { type Load, workloadOf } from './workload.ts';

export interface RaceOptions {
  readonly load: Load;
  readonly pairs: number;
  /** Also the peer as it is shipped, and ours with its limits. */
  readonly defaults: boolean;
  /** Puts the result into the documentation. */
  readonly write: boolean;
  readonly json: boolean;
}

const text = (value: object) =>
  JSON.stringify(value, (_, entry) => (typeof entry === 'number' ? Number(entry.toFixed(3)) : entry));

/** Our controller and Kubeflow's for the kind, one after the other, several times over. */
export async function race(api: Api, where: ClusterInfo, options: RaceOptions): Promise<void> {
  const { load, pairs } = options;
  const ours = await armature(api);
  const peer = await peerOf(load.kind, api, where);
  await workloadOf(load.kind).prepare?.(api, LIFE_SECONDS);
  const results: TrialResult[] = [];
  // An apiserver that has seen few pods keeps so little room for its watchers that a burst makes it drop them, and
  // everybody starts over. Whoever ran first would pay for that, so nobody's first run counts.
  for (const contestant of [ours.asShipped, peer.tuned]) {
    log(`${contestant.name}: a run to warm up the cluster …`);
    await trial(api, where, contestant, load);
  }
  for (const contestant of order(pairs, ours.asShipped, peer.tuned)) await run(contestant);
  if (options.defaults) {
    if (peer.atDefaults) await run(peer.atDefaults);
    await run(ours.throttled);
  }
  const shares = {
    tuned: ratios(results, ours.asShipped.name, peer.tuned.name),
    atDefaults: peer.atDefaults && ratios(results, ours.asShipped.name, peer.atDefaults.name),
  };
  const summary = `${table(summarize(results))}\n\n${sharesTable(shares)}`;
  if (options.write) log(`written: ${writeResult(load.kind, summary, { load, results, shares }).join(', ')}`);
  process.stdout.write(options.json ? `${JSON.stringify({ load, results, shares })}\n` : `${summary}\n`);

  async function run(contestant: Contestant): Promise<void> {
    log(`${contestant.name}: ${load.jobs} jobs of ${load.pods} pods …`);
    const result = await trial(api, where, contestant, load);
    results.push(result);
    log(`  pods asked for within ${result.podsAskedFor.toFixed(1)} s; CPU of the cluster: ${text(result.clusterCpu)}`);
    log(
      `  requests of everybody for each job: ${result.clusterRequestsPerJob.toFixed(1)}; pod watches opened: ${result.watchesOpened}`,
    );
    log(`  ${result.makespan.toFixed(1)} s, ${result.cpu.toFixed(2)} s of CPU, ${result.residentMb.toFixed(0)} MB`);
  }
}

/** ABBA: what drifts over time falls on both alike. */
function order(pairs: number, a: Contestant, b: Contestant): Contestant[] {
  return Array.from({ length: pairs }, (_, index) => (index % 2 === 0 ? [a, b] : [b, a])).flat();
}
