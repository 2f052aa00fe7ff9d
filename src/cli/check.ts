import { Command } from 'commander';

interface Flags {
  readonly nodes?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

const EXAMPLE = `
Example:
  npx cdk8s synth && armature check dist --nodes pools.yaml

Exits with 1 when there is an error; with --strict, also when there is a warning.
docs/check.md explains every code.`;

/** `armature check`: validates manifests, offline. */
export function checkCommand(): Command {
  return new Command('check')
    .description('what a cluster would refuse in these manifests or could never run, offline')
    .argument('<path>', 'a manifest, or a directory of manifests such as the output of cdk8s synth')
    .option(
      '--nodes <file>',
      'judge whether pods fit: node pools (YAML), or nodes as kubectl get nodes -o yaml prints them',
    )
    .option('--strict', 'count warnings as errors')
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLE)
    .action(async (path: string, flags: Flags) => {
      const [{ DEFINITIONS }, { trainingDomains }, { locatedManifests }, { checkAll }, report] = await Promise.all([
        import('../api/index.ts'),
        import('../training/controller.ts'),
        import('./manifest-files.ts'),
        import('./check/check.ts'),
        import('./check/report.ts'),
      ]);
      const located = locatedManifests(path);
      if (located.length === 0) throw new Error(`${path} holds no Kubernetes objects: name a file or folder that does`);
      const pools =
        flags.nodes === undefined ? undefined : (await import('./simulate/pools-file.ts')).readPools(flags.nodes);
      const found = checkAll(located, {
        definitions: DEFINITIONS,
        domains: trainingDomains(),
        ...(pools && { pools }),
      });
      process.stdout.write(flags.json ? report.jsonReport(found) : report.textReport(found));
      const failed = report.count(found, 'error') > 0 || (flags.strict && report.count(found, 'warning') > 0);
      if (failed) process.exitCode = 1;
    });
}
