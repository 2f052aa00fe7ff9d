import { formatCheck, isDate, isDateTime } from '../formats.ts';
import {
  asPrefix,
  dns1035Problems,
  labelProblems,
  labelValueProblems,
  qualifiedNameProblems,
  subdomainProblems,
} from '../names.ts';
import { parseRequestUri } from '../request-uri.ts';
import type { FunctionTable } from './function-types.ts';
import { type Extension, ListValue, NONE, noOverload, OptionalValue, type Value } from './values.ts';

type Problems = (text: string) => readonly string[];

class Format implements Extension {
  readonly extension = 'kubernetes.NamedFormat';
  readonly name: string;
  readonly problems: Problems;
  constructor(name: string, problems: Problems) {
    this.name = name;
    this.problems = problems;
  }
  sameAs(other: Extension): boolean {
    return other instanceof Format && other.name === this.name;
  }
}

const judged =
  (fits: (text: string) => boolean, words: string): Problems =>
  (text) =>
    fits(text) ? [] : [words];
const named = (name: string): ((text: string) => boolean) => formatCheck(['string'], name)?.matches ?? (() => false);

const FORMATS: Readonly<Record<string, Problems>> = {
  dns1123Label: labelProblems,
  dns1123Subdomain: subdomainProblems,
  dns1035Label: dns1035Problems,
  qualifiedName: qualifiedNameProblems,
  dns1123LabelPrefix: (text) => labelProblems(asPrefix(text)),
  dns1123SubdomainPrefix: (text) => subdomainProblems(asPrefix(text)),
  dns1035LabelPrefix: (text) => dns1035Problems(asPrefix(text)),
  labelValue: labelValueProblems,
  uri: judged((text) => parseRequestUri(text) !== undefined, 'invalid URI for request'),
  uuid: judged(named('uuid'), 'does not match the UUID format'),
  byte: judged(named('byte'), 'invalid base64'),
  date: judged(isDate, 'invalid date'),
  datetime: judged(isDateTime, 'invalid datetime'),
};

const found = new Map(Object.entries(FORMATS).map(([name, problems]) => [name, new Format(name, problems)]));

export const formatFunctions: FunctionTable = {
  ...Object.fromEntries([...found].map(([name, format]) => [`format.${name}`, () => format])),
  'format.named': (name) => {
    const format = typeof name === 'string' ? found.get(name) : undefined;
    return format ? new OptionalValue(format) : NONE;
  },
};

export const formatMethods: FunctionTable = {
  validate: (format: Value, text: Value) => {
    if (!(format instanceof Format) || typeof text !== 'string') throw noOverload();
    const problems = format.problems(text);
    return problems.length === 0 ? NONE : new OptionalValue(new ListValue(problems));
  },
};
