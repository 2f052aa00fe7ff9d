/**
 * `npm run bench -- training [--kind K] [--jobs N] [--pods N] [--pairs N] [--no-defaults] [--write] [--json]`: our
 * controller side by side with Kubeflow's for the kind on one local cluster with fake nodes, scheduler's and kwok's
 * limits lifted. `--write` puts the result into docs/performance.md and bench/results.
 *
 * `npm run bench -- live [--kind K] [--jobs N] [--pods N] [--json]`: what our controller needs while so many jobs live, and
 * how it comes back.
 */
import { parseArgs } from 'node:util';
import { clusterDown, clusterUp } from '../src/cluster/index.ts';
import { Api, targetOf } from '../test/support/api.ts';
import { measureLive } from './live.ts';
import { log } from './log.ts';
import { race } from './training.ts';
import { isRacing, RACING } from './workload.ts';

const USAGE = `usage: npm run bench -- training|live [--kind ${RACING.join('|')}] [--jobs N] [--pods N] [--pairs N] [--no-defaults] [--write] [--json]`;
const CLUSTER = 'armature-bench';
/** Of pods that a fake node takes. */
const NODE_CAPACITY = 1000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    kind: { type: 'string', default: 'pytorchjob' },
    jobs: { type: 'string', default: '200' },
    pods: { type: 'string', default: '4' },
    pairs: { type: 'string', default: '3' },
    defaults: { type: 'boolean', default: true },
    write: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const [jobs, pods, pairs] = [Number(values.jobs), Number(values.pods), Number(values.pairs)];
const kind = RACING.find((name) => name.toLowerCase() === values.kind.toLowerCase());
const known = positionals[0] === 'training' || positionals[0] === 'live';
if (!known || !isRacing(kind) || ![jobs, pods, pairs].every((value) => Number.isInteger(value) && value > 0)) {
  log(USAGE);
  process.exit(2);
}

const load = { kind, jobs, pods };
const nodes = Math.max(100, Math.ceil((2 * jobs * pods) / NODE_CAPACITY));
const cluster = await clusterUp({ name: CLUSTER, nodes: `fake:${nodes}`, tuned: true, log });
const api = new Api(targetOf(cluster.kubeconfig));
try {
  if (positionals[0] === 'live') await measureLive(api, cluster, load, values.json);
  else await race(api, cluster, { load, pairs, defaults: values.defaults, write: values.write, json: values.json });
} finally {
  await api.close();
  await clusterDown(CLUSTER);
}
