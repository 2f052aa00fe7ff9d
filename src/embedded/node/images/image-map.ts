import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';

/** How the processes of an image run on this machine. */
export interface ImageRule {
  /** Image names; `*` stands for anything. A pattern without a tag also matches every tag. */
  readonly match: string;
  /** A Python virtual environment: its `bin` comes first in PATH, and VIRTUAL_ENV names it. */
  readonly venv?: string;
  /** A folder that comes first in PATH. */
  readonly path?: string;
  /** Only what the machine itself has. */
  readonly host?: boolean;
  readonly docker?: boolean;
  readonly podman?: boolean;
  /** What runs when a container has no command; its args follow. */
  readonly entrypoint?: readonly string[];
  /** The arguments when a container has neither command nor args. */
  readonly cmd?: readonly string[];
  readonly workingDir?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** `images.yaml`. */
export interface ImageMap {
  readonly images?: readonly ImageRule[];
  /** What becomes of images that no rule matches. @default 'refuse' */
  readonly default?: 'host' | 'refuse';
}

/** Without a file, every image is the machine itself. */
export const HOST_ONLY: ImageMap = { default: 'host' };

const rule = z.strictObject({
  match: z.string().min(1),
  venv: z.string().optional(),
  path: z.string().optional(),
  host: z.boolean().optional(),
  docker: z.boolean().optional(),
  podman: z.boolean().optional(),
  entrypoint: z.array(z.string()).optional(),
  cmd: z.array(z.string()).optional(),
  workingDir: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const map = z.strictObject({ images: z.array(rule).optional(), default: z.enum(['host', 'refuse']).optional() });

/**
 * Reads an image map; paths are relative to its file, and `~` is the home folder.
 * @throws when it does not have the documented form
 */
export function parseImageMap(value: unknown, file: string): ImageMap {
  const parsed = map.safeParse(value ?? {});
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const images = parsed.data.images?.map((one) => {
    const ways = (['venv', 'path', 'host', 'docker', 'podman'] as const).filter((way) => one[way]);
    if (ways.length !== 1) {
      throw new Error(`${file}: "${one.match}" needs exactly one of venv, path, host, docker and podman`);
    }
    return {
      ...one,
      ...(one.venv && { venv: absolute(one.venv, file) }),
      ...(one.path && { path: absolute(one.path, file) }),
      ...(one.workingDir && { workingDir: absolute(one.workingDir, file) }),
    };
  });
  return { ...(images && { images }), ...(parsed.data.default && { default: parsed.data.default }) } as ImageMap;
}

function absolute(path: string, file: string): string {
  return path.startsWith('~') ? resolve(homedir(), `.${path.slice(1)}`) : resolve(dirname(file), path);
}

/** The rule for an image; undefined when none matches and unmapped images are refused. */
export function ruleFor(images: ImageMap, image: string): ImageRule | undefined {
  const found = images.images?.find(({ match }) => matches(match, image));
  if (found) return found;
  return images.default === 'host' ? { match: '*', host: true } : undefined;
}

function matches(pattern: string, image: string): boolean {
  const expression = new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`);
  const bare = image.replace(/@sha256:.*$/, '');
  return expression.test(image) || expression.test(bare) || expression.test(bare.replace(/:[^/:]*$/, ''));
}

const escaped = (text: string): string => text.replace(/[.?+^${}()|[\]\\]/g, '\\$&');

/** What to tell when an image has no rule. */
export function unmappedMessage(image: string, file: string | undefined): string {
  const where = file ?? 'the image map';
  return (
    `no rule for the image "${image}": add "- match: '${image}'" with "venv: FOLDER", "path: FOLDER", "host: true" or ` +
    `"docker: true" under images: in ${where}, or "default: host" to run every image with what this machine has`
  );
}
