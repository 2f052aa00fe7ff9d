import { appendFileSync } from 'node:fs';

const projectOf = (test) => test.context.config.displayName?.name;

/**
 * Prints live tests one by one with their project's name, since two projects run at a time, unit tests file by file, and
 * every failure in full. Tests that needed a second try go to the file that `ARMATURE_SECOND_TRIES` names, one a line.
 */
export default class ProgressReporter {
  onTestCaseResult(test, result) {
    const project = projectOf(test);
    if (project === 'unit') return;
    const mark = { passed: '✓', failed: '✗' }[result.status] ?? '○';
    process.stderr.write(
      `  ${mark} [${project}] ${result.fullName} (${((result.duration ?? 0) / 1000).toFixed(1)} s)\n`,
    );
    if (result.invocations > 1 && result.status === 'passed') this.tellSecondTry(result);
  }

  tellSecondTry({ fullName, retryReasons }) {
    process.stderr.write(`    only at the second try; the first: ${retryReasons?.join('\n')}\n`);
    const file = process.env.ARMATURE_SECOND_TRIES;
    if (file) appendFileSync(file, `${fullName}\n`);
  }

  onTestFileResult(test, result) {
    const name = test.path.slice(test.context.config.rootDir.length + 1);
    const failed = result.numFailingTests > 0 || result.testExecError;
    process.stderr.write(
      `  ${failed ? '✗' : '✓'} ${name}: ${result.numPassingTests} passed, ${result.numFailingTests} failed\n`,
    );
    if (result.failureMessage) process.stderr.write(`${result.failureMessage}\n`);
  }

  onRunComplete() {}

  getLastError() {}
}
