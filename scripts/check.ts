/** `npm run check`: style, types, imports and unit tests, in under a minute. */
import { mkdirSync } from 'node:fs';
import { jestStep, runStep, STATIC_STEPS } from './steps.ts';

mkdirSync('build/reports', { recursive: true });
const results = await Promise.all(STATIC_STEPS.map(runStep));
results.push(await runStep(jestStep('unit', 'build/reports/jest-unit.json')));
const failed = results.filter((result) => !result.ok);
process.stdout.write(`${results.length - failed.length} of ${results.length} checks passed\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
