import type { Mount } from '../volumes/mounts.ts';
import { SYSTEM_PATH } from './capabilities.ts';

/** What a container's process is started from. */
export interface Launch {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  /** Empty where the machine has no namespaces. */
  readonly mounts: readonly Mount[];
  readonly hostname?: string;
}

/** A word as a shell reads it back. */
export const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** Descriptor 3 tells the node why nothing was started; it closes when the command has taken over. */
const PROLOGUE = [
  'new=$1',
  'shift',
  'container_path=$PATH',
  `PATH=${SYSTEM_PATH}`,
  'fail() { printf "%s" "$1" >&3; exit 128; }',
  'must() { said=$("$@" 2>&1) || fail "$said"; }',
];

/**
 * A root of the container's own: every folder of the machine's root, mounted again. A folder in which a mount point is
 * missing is covered by an empty one that links to everything the covered one holds, so the machine itself stays as it is.
 * What is mounted is taken from a view of the whole machine that no mount hides.
 */
const NEW_ROOT = `
must mount -t tmpfs -o mode=755 tmpfs "$new"
mkdir -p "$new/.armature/host"
must mount --rbind / "$new/.armature/host"
for entry in /* /.[!.]*; do
  name=\${entry#/}
  if [ -L "$entry" ]; then cp -P "$entry" "$new/$name"
  elif [ -d "$entry" ]; then mkdir "$new/$name"; mount --rbind "$entry" "$new/$name" 2>/dev/null || rmdir "$new/$name"
  elif [ -f "$entry" ]; then : > "$new/$name"; mount --bind "$entry" "$new/$name" 2>/dev/null || rm "$new/$name"
  fi
done
cd "$new"
must pivot_root . .
umount -l .
cd /
covered=:/:
number=0
cover() {
  case "$covered" in *":$1:"*) return 0;; esac
  number=$((number + 1))
  mkdir -p "/.armature/$number"
  must mount --rbind "$1" "/.armature/$number"
  must mount -t tmpfs -o mode=755 tmpfs "$1"
  find "/.armature/$number" -mindepth 1 -maxdepth 1 -exec ln -s -t "$1" {} + 2>/dev/null || :
  covered="$covered$1:"
}
make() {
  [ -e "$1" ] && return 0
  above=$(dirname "$1")
  while [ ! -d "$above" ]; do above=$(dirname "$above"); done
  [ "$3" = inner ] || cover "$(readlink -f "$above")"
  if [ "$2" = file ]; then mkdir -p "$(dirname "$1")" && : > "$1"; else mkdir -p "$1"; fi || fail "cannot make $1"
}
provide() {
  make "$2" "$3" "$4"
  must mount --rbind "/.armature/host$1" "$2"
  [ "$5" = ro ] || return 0
  for flags in ro ro,nosuid,nodev ro,nosuid,nodev,noexec; do
    mount -o "remount,bind,$flags" "$2" 2>/dev/null && return 0
  done
  return 0
}`.trim();

/**
 * The shell script that becomes the container's process. Its arguments are an empty folder to build a root in, and what
 * {@link launchWords} gives: as arguments of their own they may be as long as the system allows.
 */
export function launchScript({ words, workingDir, mounts, hostname }: Launch, namespaces: boolean): string {
  const lines = [...PROLOGUE];
  if (namespaces) {
    lines.push(NEW_ROOT);
    mounts.forEach(({ source, target, file, readOnly }, index) => {
      const inner = mounts.slice(0, index).some((outer) => target.startsWith(`${outer.target}/`));
      const parts = [quoted(source), quoted(target), file ? 'file' : 'folder', inner ? 'inner' : 'outer'];
      lines.push(`provide ${parts.join(' ')} ${readOnly ? 'ro' : 'rw'}`);
    });
    if (hostname) lines.push(`hostname ${quoted(hostname)} 2>/dev/null || :`);
    lines.push(`make ${quoted(workingDir)} folder outer`);
  }
  const missing = `the working directory ${workingDir} is not on this machine, or not open to its user`;
  lines.push(`cd ${quoted(workingDir)} 2>/dev/null || fail ${quoted(missing)}`);
  lines.push('PATH=$container_path', 'export PATH');
  const program = words[0] ?? '';
  const notFound = `exec: "${program}": executable file not found in $PATH`;
  lines.push(`command -v -- ${quoted(program)} >/dev/null 2>&1 || fail ${quoted(notFound)}`);
  lines.push('exec "$@" 3>&-');
  return lines.join('\n');
}

/** The command, and before it what sets variables that a shell would lose. */
export const launchWords = ({ env, words }: Launch): readonly string[] => [...oddVariables(env), ...words];

/** Shells drop variables whose names they cannot use, such as `my.key`: these are handed on by `env`. */
function oddVariables(env: Readonly<Record<string, string>>): readonly string[] {
  const odd = Object.entries(env).filter(([name]) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  return odd.length === 0 ? [] : ['env', ...odd.map(([name, value]) => `${name}=${value}`)];
}
