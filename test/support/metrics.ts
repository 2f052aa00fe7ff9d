/** One sample of a Prometheus exposition whose labels include the given ones; undefined when there is none. */
export function sampleOf(
  exposition: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  return samplesOf(exposition, name, labels)[0];
}

/** All samples of one name, added up; 0 when there is none. */
export const sumOf = (exposition: string, name: string): number =>
  samplesOf(exposition, name, {}).reduce((sum, value) => sum + value, 0);

function samplesOf(exposition: string, name: string, labels: Readonly<Record<string, string>>): number[] {
  const values: number[] = [];
  for (const line of exposition.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    if (!match || match[1] !== name) continue;
    const found = Object.fromEntries(
      [...(match[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map((pair) => [pair[1], pair[2]]),
    );
    if (Object.entries(labels).every(([key, value]) => found[key] === value)) values.push(Number(match[3]));
  }
  return values;
}
