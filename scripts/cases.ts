/** `npm run cases [-- --json]`: which numbered conformance cases the last `npm test` proved, and which are open. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { casesOf, reportText, type Sheets } from './case-names.ts';
import { RESULTS_FILE, type TestOutcome } from './test-results.ts';

const sheets = JSON.parse(readFileSync('test/cases.json', 'utf8')) as Sheets;
const report = casesOf(sheets, lastRun(), testSources());
process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(report)}\n` : reportText(report));

function lastRun(): readonly TestOutcome[] {
  try {
    return (JSON.parse(readFileSync(RESULTS_FILE, 'utf8')) as { tests: TestOutcome[] }).tests;
  } catch {
    process.stderr.write(`no results in ${RESULTS_FILE}: run \`npm test\` first; nothing counts as proved\n`);
    return [];
  }
}

function testSources(): readonly string[] {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.startsWith('scripts'))
    .map((file) => readFileSync(join('test', file), 'utf8'));
}
