/** Receives lines for people. */
export type Log = (line: string) => void;

/** Progress goes to stderr: stdout belongs to results. */
export const stderrLog: Log = (line) => {
  process.stderr.write(`${line}\n`);
};
