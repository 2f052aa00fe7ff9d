/** `npm run cases [-- --json]`: which numbered conformance cases the last `npm test` proved, and which are open. */
import { readFileSync } from 'node:fs';
import { casesOf, type Sheets } from './case-names.ts';
import { RESULTS_FILE, type TestOutcome } from './test-results.ts';

const sheets = JSON.parse(readFileSync('test/cases.json', 'utf8')) as Sheets;
const report = casesOf(sheets, lastRun());
for (const [sheet, { proved, open }] of Object.entries(report)) {
  process.stdout.write(`${sheet}: ${proved.length} proved, ${open.length} open\n`);
  process.stdout.write(`  proved: ${proved.join(' ') || 'none'}\n  open:   ${open.join(' ') || 'none'}\n`);
}
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(report)}\n`);

function lastRun(): readonly TestOutcome[] {
  try {
    return (JSON.parse(readFileSync(RESULTS_FILE, 'utf8')) as { tests: TestOutcome[] }).tests;
  } catch {
    process.stderr.write(`no results in ${RESULTS_FILE}: run \`npm test\` first; every case counts as open\n`);
    return [];
  }
}
