import { posix } from 'node:path';

/** Lines above which a file has more than one job. */
export const MAX_LINES = 600;

const DOMAINS = ['training', 'tuning', 'serving', 'notebooks', 'tenancy', 'pipelines'];

/** By room of src/, the rooms it may import besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  api: [],
  runtime: ['api'],
  embedded: ['runtime', 'api'],
  cluster: ['runtime', 'api'],
  constructs: ['api'],
  stacks: ['constructs', 'api'],
  server: [...DOMAINS, 'runtime', 'api'],
  cli: ['server', 'embedded', 'cluster', ...DOMAINS, 'runtime', 'api'],
  ...Object.fromEntries(DOMAINS.map((domain) => [domain, ['runtime', 'api']])),
};

/** Packages that only one place may load, by the place. */
const RESERVED: readonly { readonly package: RegExp; readonly place: RegExp; readonly name: string }[] = [
  { package: /^cdk8s-plus-\d+/, place: /^src\/constructs\/k8s\.ts$/, name: 'src/constructs/k8s.ts' },
  { package: /^@pulumi\//, place: /^(src|test)\/stacks\//, name: 'src/stacks' },
];

/** The contract between domains and the runtime: its types may be named anywhere. */
const TYPES_FOR_ALL: ReadonlySet<string> = new Set(['src/runtime/domain.ts']);

export interface Import {
  readonly target: string;
  /** `import type`: gone at run time. */
  readonly typeOnly: boolean;
}

/** What a source file imports, `import()` and re-exports included. */
export function importsOf(text: string): Import[] {
  const pattern =
    /(?:^|[\n;])\s*((?:import|export)\s[^'"`;]*?)from\s*['"]([^'"]+)['"]|(?:^|[\n;])\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => ({
    target: match[2] ?? match[3] ?? match[4] ?? '',
    typeOnly: /^(import|export)\s+type\s/.test(match[1] ?? ''),
  }));
}

/** One line for each import that points the wrong way. */
export function importProblems(file: string, text: string): string[] {
  return importsOf(text).flatMap(({ target, typeOnly }) => {
    const reserved = RESERVED.find((rule) => rule.package.test(target) && !rule.place.test(file));
    if (reserved) return [`${file}: imports ${target}, which only ${reserved.name} may; use what it exports`];
    if (!target.startsWith('.') || !file.startsWith('src/')) return [];
    const resolved = posix.join(posix.dirname(file), target);
    if (typeOnly && TYPES_FOR_ALL.has(resolved)) return [];
    return roomProblem(file, resolved);
  });
}

function roomProblem(file: string, target: string): string[] {
  const from = roomOf(file);
  const to = roomOf(target);
  if (from === undefined || from === to) return [];
  if (to === undefined) {
    const generated = target.startsWith('imports/') && (from === 'constructs' || from === 'stacks');
    return generated || target === 'package.json' ? [] : [`${file}: imports ${target}, which lies outside src/`];
  }
  if (ALLOWED[from]?.includes(to)) return [];
  if (from === 'constructs' && DOMAINS.includes(to) && posix.basename(target) === 'plan.ts') return [];
  return [
    `${file}: ${from} must not import ${to} (${target}); allowed: ${ALLOWED[from]?.join(', ') || 'nothing else'}`,
  ];
}

function roomOf(file: string): string | undefined {
  const match = /^src\/([^/]+)\//.exec(file);
  return match?.[1];
}

/** Says when a file is too long. */
export function sizeProblems(file: string, text: string): string[] {
  const lines = text.split('\n').length - 1;
  return lines > MAX_LINES ? [`${file}: ${lines} lines, at most ${MAX_LINES}; give each of its jobs a file`] : [];
}

/** Finds folders of one machine, and download addresses in the lock file: each user's npm knows its own registry. */
export function pathProblems(file: string, text: string): string[] {
  if (file === 'package-lock.json') {
    const [address] = /"resolved": "https?:[^"]*"/.exec(text) ?? [];
    return address
      ? [`${file}: holds the download address ${address}; leave addresses out (npm's omit-lockfile-registry-resolved)`]
      : [];
  }
  const home = new RegExp(
    `(?<![\\w.])/(?:${['work', 'root', 'home'].join('|')})/(?!nonroot|mpiuser)[a-z][\\w.-]*`,
  ).exec(text);
  return home ? [`${file}: names a folder of one machine (${home[0]})`] : [];
}
