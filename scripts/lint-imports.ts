/** Checks what a compiler does not: which room may import which, how long files are, and that no machine shows through. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { importProblems, pathProblems, sizeProblems } from './import-rules.ts';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));

const problems = files.flatMap((file) => {
  if (!/\.(ts|tsx|mjs|json|md|yaml|yml|toml)$/.test(file) && !file.startsWith('.ci/')) return [];
  const text = readFileSync(file, 'utf8');
  const checks = pathProblems(file, text);
  if (/\.(ts|tsx|mjs)$/.test(file) && !file.startsWith('imports/'))
    checks.push(...importProblems(file, text), ...sizeProblems(file, text));
  return checks;
});
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
