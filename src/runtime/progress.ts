/** Lines for people while something takes time. */

export type Log = (line: string) => void;

/** Progress goes to stderr: stdout belongs to results. */
export const stderrLog: Log = (line) => {
  process.stderr.write(`${line}\n`);
};

const FIRST_MS = 2_000;
const REPEAT_MS = 15_000;

/** Says what is being done: nothing for quick work, a line after two seconds, then one every 15. */
export async function withProgress<T>(log: Log, doing: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  let told = false;
  let repeat: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    told = true;
    log(`${doing} ...`);
    repeat = setInterval(() => log(`${doing} ... ${seconds()} s so far`), REPEAT_MS);
  }, FIRST_MS);
  try {
    const result = await work();
    if (told) log(`${doing}: done in ${seconds()} s`);
    return result;
  } finally {
    clearTimeout(first);
    clearInterval(repeat);
  }
}
