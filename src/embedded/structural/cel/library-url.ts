import { quoted } from '../go-text.ts';
import { parseRequestUri, type RequestUri, requestUriProblem } from '../request-uri.ts';
import type { FunctionTable } from './function-types.ts';
import { type Extension, fault, ListValue, LiteralMap, noOverload, type Value } from './values.ts';

class Url implements Extension {
  readonly extension = 'kubernetes.URL';
  readonly source: string;
  readonly parts: RequestUri;
  constructor(source: string, parts: RequestUri) {
    this.source = source;
    this.parts = parts;
  }
  sameAs(other: Extension): boolean {
    return other instanceof Url && other.source === this.source;
  }
}

function text(value: Value | undefined): string {
  if (typeof value !== 'string') throw noOverload();
  return value;
}

function parts(value: Value | undefined): RequestUri {
  if (value instanceof Url) return value.parts;
  throw noOverload();
}

function queryOf(query: string): LiteralMap {
  const values = new Map<string, Value[]>();
  for (const [name, value] of new URLSearchParams(query)) values.set(name, [...(values.get(name) ?? []), value]);
  return new LiteralMap([...values].map(([name, list]) => [name, new ListValue(list)] as const));
}

export const urlFunctions: FunctionTable = {
  url: (value) => {
    const source = text(value);
    const uri = parseRequestUri(source);
    if (!uri)
      throw fault(
        `URL parse error during conversion from string: parse ${quoted(source)}: ${requestUriProblem(source)}`,
      );
    return new Url(source, uri);
  },
  isURL: (value) => parseRequestUri(text(value)) !== undefined,
};

export const urlMethods: FunctionTable = {
  getScheme: (value) => parts(value).scheme,
  getHost: (value) => parts(value).host,
  getHostname: (value) => parts(value).hostname,
  getPort: (value) => parts(value).port,
  getEscapedPath: (value) => parts(value).path,
  getQuery: (value) => queryOf(parts(value).query),
};
