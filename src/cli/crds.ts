import { Command } from 'commander';

/** `armature crds`: the CustomResourceDefinitions, ready for `kubectl apply --server-side -f -`. */
export function crdsCommand(): Command {
  return new Command('crds')
    .description('print the CustomResourceDefinitions; pipe into kubectl apply --server-side -f -')
    .option('--json', 'print one JSON list instead of YAML documents')
    .action(async (options: { json?: boolean }) => {
      const [{ allCrds }, { stringify }] = await Promise.all([import('../api/index.ts'), import('yaml')]);
      const crds = allCrds();
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: crds })}\n`
          : crds.map((crd) => stringify(crd, { aliasDuplicateObjects: false })).join('---\n'),
      );
    });
}
