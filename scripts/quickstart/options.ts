export interface QuickstartOptions {
  /** `machine`: the embedded cluster in this process; `cluster`: a local Kubernetes; `context`: one that is there. */
  readonly where: 'machine' | 'cluster' | 'context';
  /** Context of the existing cluster. */
  readonly context?: string;
  /** The last line of stdout is the result as JSON; everything else goes to stderr. */
  readonly json: boolean;
  /** Leaves running what was brought up. */
  readonly keep: boolean;
  /** Only says how it is used. */
  readonly help: boolean;
}

export const USAGE = `usage: npm run quickstart -- [--cluster | --context NAME] [--keep] [--json]
Trains a model in several pods that a DistributedTrainingJob in TypeScript asks for.
  (no flag)       on the embedded cluster, in this process, with pods as processes: needs Python 3.11, no Kubernetes
  --cluster       on a real Kubernetes on this machine, brought up for it: needs Linux, root and Go
  --context NAME  on an existing cluster of your kubeconfig; what is installed there stays
  --keep          leave running what was brought up; the embedded cluster in the foreground, until Ctrl-C
  --json          end with one line of JSON: {"ok":true,"job":…,"accuracy":…,"seconds":{…}}
  --help          say this`;

const FLAGS = ['json', 'keep', 'cluster', 'context', 'help'] as const;

/** @throws what is wrong with the flags, how to mend it, and how they are used */
export function parseOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): QuickstartOptions {
  const refuse = (problem: string) => new Error(`${problem}\n${USAGE}`);
  const taken = FLAGS.find((name) => env[`npm_config_${name}`]);
  if (taken) throw refuse(`npm took --${taken} for itself; put two dashes before: npm run quickstart -- --${taken}`);
  let context: string | undefined;
  const given = new Set<string>();
  const rest = args.flatMap((arg) =>
    arg.startsWith('--context=') ? ['--context', arg.slice('--context='.length)] : [arg],
  );
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const name = FLAGS.find((flag) => arg === `--${flag}`) ?? (arg === '-h' ? 'help' : undefined);
    if (!name) throw refuse(`unknown argument ${arg}`);
    if (name === 'context') {
      if (context) throw refuse('--context is given twice; leave one out');
      context = rest.shift();
      if (!context || context.startsWith('-'))
        throw refuse('--context needs the name of a context; `kubectl config get-contexts` lists them');
    }
    given.add(name);
  }
  const [help, cluster, keep, json] = (['help', 'cluster', 'keep', 'json'] as const).map((name) => given.has(name));
  if (cluster && context)
    throw refuse('--cluster and --context exclude each other: leave out --cluster to use the cluster that is there');
  if (keep && context)
    throw refuse('--keep says nothing with --context, where everything stays as it is; leave it out');
  const where = context ? 'context' : cluster ? 'cluster' : 'machine';
  return { where, json: json === true, keep: keep === true, help: help === true, ...(context && { context }) };
}
