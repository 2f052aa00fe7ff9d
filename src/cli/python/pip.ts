/** What pip says, for people. */

/** `jaxlib 0.10.2, 85.4 MB` when a line of pip's output is about a package that is being fetched. */
export function packageIn(line: string): string | undefined {
  const found =
    /^\s*(Downloading|Using cached) (?:\S*\/)?([^\s/]+?)-(\d[^\s-]*)(?:-\S+|\.tar\.gz|\.zip)(?: \(([^)]*)\))?/.exec(
      line,
    );
  if (!found) return undefined;
  const [, how, name = '', version, size] = found;
  const amount = how === 'Downloading' ? size : 'already downloaded';
  return `${name.replaceAll('_', '-')} ${version}${amount ? `, ${amount}` : ''}`;
}

const CAUSES: readonly { readonly sign: RegExp; readonly mend: string }[] = [
  {
    sign: /No space left on device/i,
    mend: 'the disk is full: free some space, or name a folder on another disk in ARMATURE_CACHE',
  },
  {
    sign: /Retrying \(|NewConnectionError|name resolution|Name or service not known|nodename nor servname|ConnectTimeout|Read timed out|ProxyError|SSLError|CERTIFICATE_VERIFY_FAILED|Network is unreachable|Connection refused/i,
    mend: 'the Python Package Index cannot be reached: check the connection; behind a proxy set HTTPS_PROXY, and with a mirror of your own PIP_INDEX_URL',
  },
  {
    sign: /No matching distribution found|not a supported wheel|requires a different Python/i,
    mend: 'a package has no build for this Python and this kind of machine: name another Python, such as python3.12, in ARMATURE_PYTHON; for Macs with Intel processors JAX has none',
  },
];

/** Why pip failed, judged by its output, and how to mend it. */
export function explainPip(output: string): string {
  const cause = CAUSES.find(({ sign }) => sign.test(output));
  return cause ? cause.mend : 'pip failed; what it said stands below';
}
