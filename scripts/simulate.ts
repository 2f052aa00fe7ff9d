/**
 * `npm run simulate -- [--seed S] [--histories N] [--steps N] [--without a,b] [--log]`: plays histories of the
 * controller on the cluster in memory, under virtual time and faults. A seed decides everything.
 */
import { parseArgs } from 'node:util';
import { type Fault, playHistory } from '../src/embedded/simulation/history.ts';
import { trainingSubject } from './simulate/subject.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    histories: { type: 'string', default: '1' },
    steps: { type: 'string', default: '40' },
    without: { type: 'string', default: '' },
    log: { type: 'boolean', default: false },
  },
});
const first = Number(values.seed ?? 1);
const steps = Number(values.steps);
const without = values.without.split(',').filter(Boolean) as Fault[];
let events = 0;
const started = performance.now();
for (let seed = first; seed < first + Number(values.histories); seed++) {
  const result = await playHistory(trainingSubject, {
    seed,
    steps,
    without,
    ...(values.log && { log: (line: string) => console.log(line) }),
  });
  events += result.events;
  if (result.failure)
    console.log(`seed ${seed}: ${result.failure.message} (step ${result.failure.step}, ${result.events} events)`);
}
console.log(`${values.histories} histories, ${events} events, ${((performance.now() - started) / 1000).toFixed(1)} s`);
