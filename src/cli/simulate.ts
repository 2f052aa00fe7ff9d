import { Command } from 'commander';

interface Flags {
  readonly nodes: string;
  readonly arrivals?: string;
  readonly duration: string;
  readonly seed: string;
  readonly start?: string;
  readonly until: string;
  readonly gangSchedulerName?: string;
  readonly json?: boolean;
  readonly svg?: string;
}

const EXAMPLE = `
Example:
  armature simulate jobs.yaml --nodes pools.yaml --arrivals arrivals.yaml --svg day.svg

  # pools.yaml
  pools:
    - name: a100
      autoscaling: {min: 1, max: 8, scaleUpDelay: 4m}
      capacity: {cpu: 96, memory: 1100Gi, nvidia.com/gpu: 8}
      pricePerHour: 32.77

  # arrivals.yaml
  jobs:
    - template: team-a/train        # a job of jobs.yaml
      arrival: {poisson: {perHour: 6}}
      duration: {lognormal: {median: 1h, sigma: 0.8}}

docs/what-if.md describes the files, and what is simulated.`;

/** `armature simulate`: how a set of jobs and queues would run on given node pools, offline. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('how jobs and queues would run on given node pools, offline: waits, utilisation, cost')
    .argument('<path>', 'a manifest, or a directory of manifests: jobs, PriorityClasses, quotas and queues')
    .requiredOption('--nodes <file>', 'the node pools (YAML), or nodes as kubectl get nodes -o yaml prints them')
    .option('--arrivals <file>', 'when jobs come and how long they take (YAML or CSV); without it, each comes once')
    .option('--duration <time>', 'how long a job takes that says nothing of its own', '1h')
    .option('--seed <number>', 'decides what chance decides', '1')
    .option('--start <moment>', 'when the day begins, such as 2026-01-05T00:00:00Z')
    .option('--until <time>', 'how far to look', '30d')
    .option('--gang-scheduler-name <name>', 'start the pods of a job together: native')
    .option('--json', 'print one JSON object')
    .option('--svg <file>', 'draw a timeline')
    .addHelpText('after', EXAMPLE)
    .action(async (path: string, flags: Flags) => {
      const [{ writeFileSync }, { durationOf }, { simulateFiles }] = await Promise.all([
        import('node:fs'),
        import('./simulate/duration.ts'),
        import('./simulate/run.ts'),
      ]);
      const seed = Number(flags.seed);
      if (!Number.isSafeInteger(seed)) throw new Error(`--seed ${flags.seed} is no whole number`);
      const start = flags.start === undefined ? undefined : Date.parse(flags.start);
      if (Number.isNaN(start))
        throw new Error(`--start ${flags.start} is no moment; write it like 2026-01-05T00:00:00Z`);
      const simulated = simulateFiles({
        path,
        nodes: flags.nodes,
        ...(flags.arrivals !== undefined && { arrivals: flags.arrivals }),
        durationMs: durationOf(flags.duration, '--duration'),
        seed,
        ...(start !== undefined && { start }),
        untilMs: durationOf(flags.until, '--until'),
        ...(flags.gangSchedulerName !== undefined && { gangSchedulerName: flags.gangSchedulerName }),
      });
      if (flags.svg !== undefined) {
        const { timelineSvg } = await import('./simulate/timeline-svg.ts');
        writeFileSync(flags.svg, timelineSvg(simulated.outcome));
      }
      process.stdout.write(await report(simulated, flags.json === true));
    });
}

async function report(simulated: import('./simulate/run.ts').Simulated, asJson: boolean): Promise<string> {
  if (asJson) return (await import('./simulate/json.ts')).json(simulated);
  const [{ table }, { summaryOf }] = await Promise.all([
    import('./simulate/table.ts'),
    import('./simulate/summary.ts'),
  ]);
  return table(summaryOf(simulated.outcome), simulated);
}
