/** Progress lines for steps that take time: nothing for quick ones, a line after two seconds, then one every 15. */

export type Log = (line: string) => void;

export async function withProgress<T>(log: Log, doing: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  let told = false;
  let repeat: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    told = true;
    log(`${doing} ...`);
    repeat = setInterval(() => log(`${doing} ... ${seconds()} s so far`), 15_000);
  }, 2_000);
  try {
    const result = await work();
    if (told) log(`${doing}: done in ${seconds()} s`);
    return result;
  } finally {
    clearTimeout(first);
    clearInterval(repeat);
  }
}
