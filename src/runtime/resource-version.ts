/**
 * Orders two resource versions of one kind: negative when `left` is older. They are decimal numbers of any length
 * (KEP-5504), so the longer one is the newer one.
 */
export function compareVersions(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

export function newerVersion(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined || left === '') return right;
  if (right === undefined || right === '') return left;
  return compareVersions(left, right) >= 0 ? left : right;
}
