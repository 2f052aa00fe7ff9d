export interface QuickstartOptions {
  /** The last line of stdout is the result as JSON; everything else goes to stderr. */
  readonly json: boolean;
  /** Context of an existing cluster; absent, a local one is brought up. */
  readonly context?: string;
  /** Leaves the local cluster running. */
  readonly keep: boolean;
}

export const USAGE = `usage: npm run quickstart -- [--cluster | --context NAME] [--keep] [--json]
  --cluster       on a real Kubernetes on this machine, brought up for it (the default)
  --context NAME  on an existing cluster of your kubeconfig; what is installed there stays
  --keep          leave the local cluster running at the end
  --json          end with one line of JSON: {"ok":true,"job":…,"accuracy":…,"seconds":{…}}`;

/** @throws what is wrong with the flags, and how they are used */
export function parseOptions(args: readonly string[]): QuickstartOptions {
  const refuse = (problem: string) => new Error(`${problem}\n${USAGE}`);
  let context: string | undefined;
  let cluster = false;
  let keep = false;
  let json = false;
  const rest = args.flatMap((arg) =>
    arg.startsWith('--context=') ? ['--context', arg.slice('--context='.length)] : [arg],
  );
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--json') json = true;
    else if (arg === '--keep') keep = true;
    else if (arg === '--cluster') cluster = true;
    else if (arg === '--context') {
      context = rest.shift();
      if (!context || context.startsWith('--')) throw refuse('--context needs the name of a context');
    } else throw refuse(`unknown argument ${arg}`);
  }
  if (cluster && context) throw refuse('--cluster and --context exclude each other');
  return { json, keep, ...(context && { context }) };
}
