import { Command } from 'commander';

/** `armature preview`: what the controller would create for manifests, offline. */
export function previewCommand(): Command {
  return new Command('preview')
    .description('what the controller would create for these manifests, offline')
    .argument('<path>', 'a manifest, or a directory of manifests such as the output of cdk8s synth')
    .option('--json', 'print one JSON object')
    .action(async (path: string, options: { readonly json?: boolean }) => {
      const [{ DEFINITIONS }, { trainingDomains }, { readManifests }, { previewAll }, { jsonReport, textReport }] =
        await Promise.all([
          import('../api/index.ts'),
          import('../training/controller.ts'),
          import('./manifest-files.ts'),
          import('./preview/preview.ts'),
          import('./preview/report.ts'),
        ]);
      const { previews, skipped } = previewAll(readManifests(path), trainingDomains(), DEFINITIONS, Date.now());
      process.stdout.write(options.json ? jsonReport(previews, skipped) : textReport(previews, skipped));
      if (previews.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
    });
}
