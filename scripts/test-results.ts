import { existsSync, readFileSync } from 'node:fs';

export type TestStatus = 'passed' | 'failed' | 'skipped';

export interface TestOutcome {
  readonly project: string;
  /** The full name: describe blocks and the test's own title. */
  readonly name: string;
  readonly status: TestStatus;
  readonly seconds: number;
}

/** Where `npm test` leaves its outcome for `npm run cases`; not kept in git. */
export const RESULTS_FILE = 'build/reports/test-results.json';

/** Where the reporter names the live tests that failed first and passed then. */
export const SECOND_TRIES_FILE = 'build/reports/second-tries.txt';

interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly duration?: number | null;
    }[];
  }[];
}

/** Reads one jest report. A file that could not be run at all counts as one failed test. */
export function parseReport(project: string, report: JestReport): TestOutcome[] {
  return report.testResults.flatMap((file): TestOutcome[] => {
    if (file.assertionResults.length === 0 && file.status === 'failed')
      return [
        { project, name: `${file.name.split('/').slice(-2).join('/')} could not run`, status: 'failed', seconds: 0 },
      ];
    return file.assertionResults.map((result) => ({
      project,
      name: result.fullName,
      status: statusOf(result.status),
      seconds: (result.duration ?? 0) / 1000,
    }));
  });
}

/** Reads the report file of a project; no file means that jest itself failed. */
export function readReport(project: string, path: string): TestOutcome[] {
  try {
    return parseReport(project, JSON.parse(readFileSync(path, 'utf8')) as JestReport);
  } catch (error) {
    return [{ project, name: `${project}: jest left no report (${String(error)})`, status: 'failed', seconds: 0 }];
  }
}

/** The live tests that failed first and passed then. */
export function secondTries(): readonly string[] {
  if (!existsSync(SECOND_TRIES_FILE)) return [];
  return readFileSync(SECOND_TRIES_FILE, 'utf8').split('\n').filter(Boolean);
}

/** The line that `npm test` ends with. */
export function summary(outcomes: readonly TestOutcome[]): string {
  const count = (status: TestStatus) => outcomes.filter((outcome) => outcome.status === status).length;
  const skipped = count('skipped');
  return `${count('passed')} passed, ${count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function statusOf(status: string): TestStatus {
  if (status === 'passed') return 'passed';
  return status === 'failed' ? 'failed' : 'skipped';
}
