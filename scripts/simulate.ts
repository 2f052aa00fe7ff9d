/**
 * `npm run simulate`: plays histories of the controller on the cluster in memory, under virtual time and faults. A seed
 * decides everything. See docs/simulation.md.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { FAULTS, type Fault, type HistoryResult } from '../src/embedded/simulation/history.ts';
import { PLANTED_BUGS } from '../src/embedded/simulation/planted-bugs.ts';
import { play, replayLine, SUBJECTS } from './simulate/play.ts';
import { playMany } from './simulate/pool.ts';
import { shrink } from './simulate/shrink.ts';

const HELP = `npm run simulate -- [options]
  --seed S          the first seed (default: one that the clock draws)
  --histories N     how many seeds to play, from S on (default 1)
  --steps N         things that users and fate do in each (default 40)
  --without A,B     leave faults out: ${FAULTS.join(', ')}
  --subject NAME    what users create: ${Object.keys(SUBJECTS).join(', ')} (default jobs)
  --plant NAME      put a bug into the controller: ${PLANTED_BUGS.map(({ name }) => name).join(', ')}
  --until-failure   stop at the first history that fails
  --workers N       histories played at the same time (default: one for each processor)
  --log             tell everything that happens (one history only)
  --json            one line of JSON at the end`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    histories: { type: 'string', default: '1' },
    steps: { type: 'string', default: '40' },
    without: { type: 'string', default: '' },
    plant: { type: 'string' },
    subject: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism()) },
    log: { type: 'boolean', default: false },
    'until-failure': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const whole = (name: 'seed' | 'histories' | 'steps' | 'workers', least: number, fallback: number): number => {
  const number = Number(values[name] ?? fallback);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`--${name} ${values[name]}: it must be a whole number, ${least} or more`);
};

const without = values.without.split(',').filter(Boolean) as Fault[];
const stranger = without.find((fault) => !FAULTS.includes(fault));
if (stranger) throw new Error(`--without ${stranger}: there is no such fault; they are ${FAULTS.join(', ')}`);
const plant = values.plant;
if (plant && !PLANTED_BUGS.some(({ name }) => name === plant)) {
  throw new Error(
    `--plant ${plant}: there is no such bug; they are ${PLANTED_BUGS.map(({ name }) => name).join(', ')}`,
  );
}

const subject = values.subject as keyof typeof SUBJECTS | undefined;
if (subject && !(subject in SUBJECTS)) {
  throw new Error(`--subject ${subject}: there is no such subject; they are ${Object.keys(SUBJECTS).join(', ')}`);
}

const seed = whole('seed', 0, Date.now() % 1_000_000_000);
const histories = whole('histories', 1, 1);
const steps = whole('steps', 1, 40);
const plan = { steps, without, ...(plant && { plant }), ...(subject && { subject }) };
const started = performance.now();
let events = 0;
let played = 0;
const failures: HistoryResult[] = [];

function note(result: HistoryResult): void {
  played++;
  events += result.events;
  if (result.failure) failures.push(result);
  if (!values.json && histories > 1 && played % 200 === 0) {
    console.log(`  ${played} of ${histories} histories, ${failures.length} failed`);
  }
}

if (histories === 1) {
  note(await play({ seed, ...plan, ...(values.log && { log: (line: string) => console.log(line) }) }));
} else {
  await playMany({ first: seed, count: histories, workers: whole('workers', 1, 1), plan }, (result) => {
    note(result);
    return !(values['until-failure'] && result.failure);
  });
}
for (const { seed: failing, failure } of failures.slice(0, 3)) {
  console.error(`✗ seed ${failing}, step ${failure?.step}: ${failure?.message}`);
  const small = await shrink({ seed: failing, ...plan });
  console.error(`  replay: ${replayLine(small)}`);
}
const summary = {
  ok: failures.length === 0,
  seed,
  histories: played,
  events,
  failed: failures.map((each) => each.seed),
};
const took = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  values.json
    ? JSON.stringify(summary)
    : `${failures.length === 0 ? '✓' : '✗'} ${played} histories from seed ${seed}, ${events} events, ${failures.length} failed, ${took} s`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
