/**
 * `npm run bench -- training [--jobs N] [--pods N] [--pairs N] [--no-defaults] [--write] [--json]`: our controller side
 * by side with Kubeflow's training-operator on one local cluster with fake nodes, scheduler's and kwok's limits lifted.
 * `--write` puts the result into docs/performance.md and bench/results/training.json.
 */
import { parseArgs } from 'node:util';
import { type ClusterInfo, clusterDown, clusterUp } from '../src/cluster/index.ts';
import { Api, targetOf } from '../test/support/api.ts';
import { armature } from './armature.ts';
import type { Contestant } from './contestant.ts';
import { ratios, sharesTable, summarize, table } from './report.ts';
import { writeResult } from './result-file.ts';
import { trainingOperator } from './training-operator.ts';
import { type Load, type TrialResult, trial } from './trial.ts';

const USAGE = 'usage: npm run bench -- training [--jobs N] [--pods N] [--pairs N] [--no-defaults] [--write] [--json]';
const CLUSTER = 'armature-bench';
const log = (line: string) => process.stderr.write(`${line}\n`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    jobs: { type: 'string', default: '200' },
    pods: { type: 'string', default: '4' },
    pairs: { type: 'string', default: '3' },
    defaults: { type: 'boolean', default: true },
    write: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const [jobs, pods, pairs] = [Number(values.jobs), Number(values.pods), Number(values.pairs)];
if (positionals[0] !== 'training' || ![jobs, pods, pairs].every((value) => Number.isInteger(value) && value > 0)) {
  log(USAGE);
  process.exit(2);
}

const text = (value: object) =>
  JSON.stringify(value, (_, entry) => (typeof entry === 'number' ? Number(entry.toFixed(3)) : entry));

const cluster = await clusterUp({ name: CLUSTER, nodes: 'fake:100', tuned: true, log });
const api = new Api(targetOf(cluster.kubeconfig));
try {
  await race(cluster, { jobs, pods });
} finally {
  await api.close();
  await clusterDown(CLUSTER);
}

async function race(where: ClusterInfo, load: Load): Promise<void> {
  const ours = await armature(api);
  const peer = await trainingOperator(api, where, 'PyTorchJob', log);
  const results: TrialResult[] = [];
  // An apiserver that has seen few pods keeps so little room for its watchers that a burst makes it drop them, and
  // everybody starts over. Whoever ran first would pay for that, so nobody's first run counts.
  for (const contestant of [ours.asShipped, peer.tuned]) {
    log(`${contestant.name}: a run to warm up the cluster …`);
    await trial(api, where, contestant, load);
  }
  for (const contestant of order(ours.asShipped, peer.tuned)) await run(contestant);
  if (values.defaults) {
    await run(peer.atDefaults);
    await run(ours.throttled);
  }
  const shares = {
    tuned: ratios(results, ours.asShipped.name, peer.tuned.name),
    atDefaults: ratios(results, ours.asShipped.name, peer.atDefaults.name),
  };
  const summary = `${table(summarize(results))}\n\n${sharesTable(shares)}`;
  if (values.write) log(`written: ${writeResult(summary, { load, results, shares }).join(', ')}`);
  process.stdout.write(values.json ? `${JSON.stringify({ load, results, shares })}\n` : `${summary}\n`);

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
function order(a: Contestant, b: Contestant): Contestant[] {
  return Array.from({ length: pairs }, (_, index) => (index % 2 === 0 ? [a, b] : [b, a])).flat();
}
