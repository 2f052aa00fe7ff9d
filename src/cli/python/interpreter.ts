import { run } from '../../cluster/command.ts';

/** A Python of this machine, and what it has for making virtual environments. */
export interface Interpreter {
  readonly program: string;
  /** Major and minor number. */
  readonly version: readonly [number, number];
  /** Its own pip; undefined when it has none. */
  readonly pip?: readonly [number, number];
  readonly ensurepip: boolean;
  readonly venv: boolean;
}

/** How pip gets into a virtual environment, or `undefined` when it cannot. */
export type PipSource = 'outside' | 'inside';

/** The first pip that installs into another interpreter's environment (`--python`). */
const PIP_REACHES_OUT = [22, 3] as const;

const PROBE = `
import importlib.util as u, json, sys
try:
    import pip
    pip = [int(n) for n in pip.__version__.split(".")[:2]]
except Exception:
    pip = None
has = lambda name: u.find_spec(name) is not None
print(json.dumps({"version": sys.version_info[:2], "pip": pip, "ensurepip": has("ensurepip"), "venv": has("venv")}))
`;

/**
 * Finds a Python that is new enough and can make environments: `$ARMATURE_PYTHON`, else `python3`, else a versioned one.
 * @throws with what to install when there is none
 */
export async function findInterpreter(
  oldest: readonly [number, number],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Interpreter> {
  const programs = env.ARMATURE_PYTHON
    ? [env.ARMATURE_PYTHON]
    : ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'];
  const seen: Interpreter[] = [];
  for (const program of programs) {
    const found = await probe(program);
    if (found && !isOlder(found.version, oldest) && pipSource(found)) return found;
    if (found) seen.push(found);
  }
  throw new Error(whatIsMissing(programs, seen, oldest));
}

async function probe(program: string): Promise<Interpreter | undefined> {
  try {
    const { pip, ...rest } = JSON.parse(await run(program, ['-c', PROBE])) as Omit<Interpreter, 'program' | 'pip'> & {
      pip: Interpreter['pip'] | null;
    };
    return { program, ...rest, ...(pip && { pip }) };
  } catch {
    return undefined;
  }
}

/** Its own pip saves the quarter of a minute that a copy of pip in the environment costs. */
export function pipSource({ pip, ensurepip, venv }: Interpreter): PipSource | undefined {
  if (!venv) return undefined;
  if (pip && !isOlder(pip, PIP_REACHES_OUT)) return 'outside';
  return ensurepip ? 'inside' : undefined;
}

const isOlder = (version: readonly [number, number], than: readonly [number, number]): boolean =>
  version[0] < than[0] || (version[0] === than[0] && version[1] < than[1]);

/** Exported for its test. */
export function whatIsMissing(
  tried: readonly string[],
  seen: readonly Interpreter[],
  oldest: readonly [number, number],
): string {
  const wanted = `Python ${oldest.join('.')} or newer`;
  const able = seen.find(({ version }) => !isOlder(version, oldest));
  if (able) {
    return `${able.program} (Python ${able.version.join('.')}) cannot make virtual environments: it has neither pip nor ensurepip. On Debian and Ubuntu: apt-get install python3-venv; elsewhere: install Python from python.org, or name another one in ARMATURE_PYTHON`;
  }
  const found = seen.map(({ program, version }) => `${program} is ${version.join('.')}`).join(', ');
  return `${wanted} is needed to train here, and ${found || `none of ${tried.join(', ')} runs`}. Install one (Debian and Ubuntu: apt-get install python3 python3-venv; macOS: brew install python), or name it in ARMATURE_PYTHON`;
}
