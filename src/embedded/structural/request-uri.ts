import { parseIPv6 } from './ip-text.ts';

/** The parts of a URL as Go's `url.ParseRequestURI` finds them. */
export interface RequestUri {
  readonly scheme: string;
  /** With the port; without the user. */
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  /** As it was escaped. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

const SCHEME = /^([a-zA-Z][a-zA-Z0-9+\-.]*):/;
const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;
const HOST = /^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"\u0080-\u{10ffff}]*$/u;
const USER = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const EMPTY: RequestUri = { scheme: '', host: '', hostname: '', port: '', path: '', query: '' };

/** Reads an absolute URI or an absolute path; undefined for anything else. */
export function parseRequestUri(text: string): RequestUri | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are refused
  if (text === '' || /[\x00-\x1f\x7f]/.test(text)) return undefined;
  if (text === '*') return { ...EMPTY, path: '*' };
  if (text.startsWith(':')) return undefined;
  const scheme = SCHEME.exec(text)?.[1] ?? '';
  let rest = scheme === '' ? text : text.slice(scheme.length + 1);
  const mark = rest.indexOf('?');
  const query = mark < 0 ? '' : rest.slice(mark + 1);
  if (mark >= 0) rest = rest.slice(0, mark);
  if (!rest.startsWith('/')) return scheme === '' ? undefined : { ...EMPTY, scheme: scheme.toLowerCase(), query };
  if (scheme === '' || !rest.startsWith('//')) return withPath({ ...EMPTY, scheme: scheme.toLowerCase(), query }, rest);
  const slash = rest.indexOf('/', 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  const host = hostOf(authority);
  if (!host) return undefined;
  return withPath({ ...EMPTY, ...host, scheme: scheme.toLowerCase(), query }, slash < 0 ? '' : rest.slice(slash));
}

/** Why a text is no request URI, in Go's words, as far as they are told apart. */
export function requestUriProblem(text: string): string {
  if (text === '') return 'empty url';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are refused
  if (/[\x00-\x1f\x7f]/.test(text)) return 'net/url: invalid control character in URL';
  return text.startsWith(':') ? 'missing protocol scheme' : 'invalid URI for request';
}

function withPath(uri: RequestUri, path: string): RequestUri | undefined {
  return BAD_ESCAPE.test(path) ? undefined : { ...uri, path: escapedPath(path) };
}

/** What Go escapes that the text had not. */
const escapedPath = (path: string): string =>
  /^[A-Za-z0-9\-._~!$&'()*+,;=:@/%[\]]*$/.test(path) ? path : encodeURI(path).replace(/%25([0-9a-fA-F]{2})/g, '%$1');

function hostOf(authority: string): Pick<RequestUri, 'host' | 'hostname' | 'port'> | undefined {
  const at = authority.lastIndexOf('@');
  if (at >= 0 && (!USER.test(authority.slice(0, at)) || BAD_ESCAPE.test(authority.slice(0, at)))) return undefined;
  const host = authority.slice(at + 1);
  if (host.startsWith('[')) return bracketed(host);
  if (!HOST.test(host) || host.includes('[') || host.includes(']')) return undefined;
  const colon = host.lastIndexOf(':');
  if (colon < 0) return { host, hostname: host, port: '' };
  if (!/^:[0-9]*$/.test(host.slice(colon)) || host.indexOf(':') !== colon) return undefined;
  return { host, hostname: host.slice(0, colon), port: host.slice(colon + 1) };
}

function bracketed(host: string): Pick<RequestUri, 'host' | 'hostname' | 'port'> | undefined {
  const close = host.lastIndexOf(']');
  if (close < 0 || !/^(:[0-9]*)?$/.test(host.slice(close + 1))) return undefined;
  const hostname = host.slice(1, close);
  if (!parseIPv6(hostname)) return undefined;
  return { host, hostname, port: host.slice(close + 2) };
}
