/** Longest host name, and so longest pod name of a job. */
const MAX_HOST_NAME = 63;
const DNS_1035_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/**
 * What is wrong with a job's name, given what the controller derives from it: a Service of the same name, and pods whose
 * names are host names.
 * @param largest the most pods of each replica type, by type
 */
export function jobNameProblems(name: string, largest: Readonly<Record<string, number>>): string[] {
  if (!DNS_1035_LABEL.test(name)) {
    return [
      `the job's name '${name}' must be lower-case letters, digits and dashes, beginning with a letter: set 'metadata.name'`,
    ];
  }
  const pods = Object.entries(largest).map(
    ([type, count]) => `${name}-${type.toLowerCase()}-${Math.max(0, count - 1)}`,
  );
  const longest = [name, ...pods].reduce((a, b) => (b.length > a.length ? b : a));
  const excess = longest.length - MAX_HOST_NAME;
  if (excess <= 0) return [];
  return [
    `the job's name is too long: its pod '${longest}' has ${longest.length} characters, host names at most ${MAX_HOST_NAME}; shorten 'metadata.name' by ${excess}`,
  ];
}
