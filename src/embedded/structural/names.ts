/** What is wrong with a name, in the words of kube-apiserver 1.36. */

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const DNS1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const whole = (expression: string) => new RegExp(`^${expression}$`);
const LABEL_PATTERN = whole(LABEL);
const SUBDOMAIN_PATTERN = whole(SUBDOMAIN);
const DNS1035_PATTERN = whole(DNS1035);
const KEY_PATTERN = whole(KEY);
const VALUE_PATTERN = whole(`(${KEY})?`);

const atMost = (most: number): string => `must be no more than ${most} bytes`;
const exceeds = (text: string, most: number): boolean => text.length > most || Buffer.byteLength(text) > most;

function explained(rule: string, expression: string, ...examples: readonly string[]): string {
  const list = examples.map((example) => `'${example}', `).join(' or ');
  return `${rule} (e.g. ${list}regex used for validation is '${expression}')`;
}

const SUBDOMAIN_RULE = explained(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN,
  'example.com',
);
const LABEL_RULE = explained(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  LABEL,
  'my-name',
  '123-abc',
);
const DNS1035_RULE = explained(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  DNS1035,
  'my-name',
  'abc-123',
);
const KEY_RULE = explained(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  KEY,
  'MyName',
  'my.name',
  '123-abc',
);
const VALUE_RULE = explained(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  `(${KEY})?`,
  'MyValue',
  'my_value',
  '12345',
);

export function subdomainProblems(name: string): string[] {
  return [...(exceeds(name, 253) ? [atMost(253)] : []), ...(SUBDOMAIN_PATTERN.test(name) ? [] : [SUBDOMAIN_RULE])];
}

export function labelProblems(name: string): string[] {
  const problems = exceeds(name, 63) ? [atMost(63)] : [];
  if (LABEL_PATTERN.test(name)) return problems;
  return [...problems, SUBDOMAIN_PATTERN.test(name) ? 'must not contain dots' : LABEL_RULE];
}

export function dns1035Problems(name: string): string[] {
  return [...(exceeds(name, 63) ? [atMost(63)] : []), ...(DNS1035_PATTERN.test(name) ? [] : [DNS1035_RULE])];
}

export function pathSegmentProblems(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((mark) => name.includes(mark)).map((mark) => `may not contain '${mark}'`);
}

/** Keys of labels and annotations, and finalizers: a name with an optional domain in front. */
export function qualifiedNameProblems(text: string): string[] {
  const parts = text.split('/');
  if (parts.length > 2) {
    return [`a valid label key ${KEY_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const name = parts.at(-1) ?? '';
  const problems = parts.length === 2 ? prefixProblems(parts[0] ?? '') : [];
  if (name === '') problems.push('name part must be non-empty');
  else if (exceeds(name, 63)) problems.push(`name part ${atMost(63)}`);
  if (!KEY_PATTERN.test(name)) problems.push(`name part ${KEY_RULE}`);
  return problems;
}

function prefixProblems(prefix: string): string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  return subdomainProblems(prefix).map((problem) => `prefix part ${problem}`);
}

export function labelValueProblems(value: string): string[] {
  return [...(exceeds(value, 63) ? [atMost(63)] : []), ...(VALUE_PATTERN.test(value) ? [] : [VALUE_RULE])];
}

/** A prefix of generated names may end in a dash. */
export const asPrefix = (name: string): string =>
  name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
