/** Prints live tests one by one, unit tests file by file, and every failure in full. */
export default class ProgressReporter {
  onTestCaseResult(test, result) {
    if (test.context.config.displayName?.name === 'unit') return;
    const mark = { passed: '✓', failed: '✗' }[result.status] ?? '○';
    process.stderr.write(`  ${mark} ${result.fullName} (${((result.duration ?? 0) / 1000).toFixed(1)} s)\n`);
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
