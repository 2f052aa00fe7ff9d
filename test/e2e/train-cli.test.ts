import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { PYTORCH_JOB } from '../../src/api/kinds.ts';
import { useEmbeddedPlatform } from '../support/embedded-platform.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { UserCommand } from '../support/user-command.ts';

/** Works for a while, then ends with the given code. */
const program = (steps: number, code = 0) => `
import os, time
rank = int(os.environ["RANK"])
for step in range(1, ${steps} + 1):
    if rank == 0:
        print(f"progress step={step} total=${steps} loss={1 / step:.2f} samples_per_second=512", flush=True)
    else:
        print(f"rank {rank} at {step}", flush=True)
    time.sleep(0.3)
raise SystemExit(${code})
`;

/** Reports over HTTP as the documentation shows, with nothing but Python's own library. */
const REPORTER = `
import datetime, json, os, ssl, urllib.request

def report(percent, remaining, **metrics):
    context = ssl.create_default_context(cafile=os.environ["KUBEFLOW_TRAINER_SERVER_CA_CERT"])
    with open(os.environ["KUBEFLOW_TRAINER_SERVER_TOKEN"]) as file:
        token = file.read()
    status = {
        "progressPercentage": percent,
        "estimatedRemainingSeconds": remaining,
        "metrics": [{"name": name, "value": str(value)} for name, value in metrics.items()],
        "lastUpdatedTime": datetime.datetime.now(datetime.timezone.utc).isoformat(),
    }
    request = urllib.request.Request(
        os.environ["KUBEFLOW_TRAINER_SERVER_URL"],
        data=json.dumps({"trainerStatus": status}).encode(),
        headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, context=context) as answer:
        return answer.status

if os.environ["RANK"] == "0":
    print("reported", report(42, 120, loss=0.31), flush=True)
`;

const platform = useEmbeddedPlatform();
const folder = temporaryFolder('train-cli');

const replica = (command: string, replicas: number) => ({
  replicas,
  restartPolicy: 'Never',
  template: { spec: { containers: [{ name: 'pytorch', image: 'x', command: ['python3', '-c', command] }] } },
});

function manifest(name: string, command: string, annotations: object = {}): string {
  const file = join(folder, `${name}.json`);
  const spec = { pytorchReplicaSpecs: { Master: replica(command, 1), Worker: replica(command, 2) } };
  writeFileSync(
    file,
    JSON.stringify({ apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob', metadata: { name, annotations }, spec }),
  );
  return file;
}

function train(...args: string[]): UserCommand {
  const words = args.map((arg) => `'${arg}'`).join(' ');
  return new UserCommand(`node --no-warnings src/cli/main.ts train ${words}`, {
    KUBECONFIG: platform.current.kubeconfig,
  });
}

/** Resolves to what it printed, and how it ended. */
async function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const command = train(...args);
  const code = await command.ended;
  return { code, stdout: command.stdout, stderr: command.stderr };
}

const linesOf = <T>(stdout: string): T[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);

describe('armature train, on armature up', () => {
  beforeAll(() => {
    manifest('good', program(6));
    manifest('bad', program(2, 3));
    manifest('long', program(2000));
    manifest('told', REPORTER, { 'armature.dev/report-progress': 'true' });
  });

  test('submits and follows: every rank, conditions, the result', async () => {
    const { code, stdout, stderr } = await run('submit', join(folder, 'good.json'), '--follow');
    expect(code).toBe(0);
    expect(stdout).toContain('[0 master-0] progress step=6 total=6');
    for (const rank of [1, 2]) expect(stdout).toContain(`[${rank} worker-${rank - 1}] rank ${rank} at 6`);
    expect(stderr).toMatch(/· Created: [^\n]*\n(.|\n)*· Running: [^\n]*\n(.|\n)*· Succeeded: /);
    expect(stderr).toContain('pytorchjob/good has succeeded');

    const logs = await run('logs', 'good', '--rank', '1');
    expect(logs.stdout).toMatch(/^rank 1 at 1\n(.|\n)*rank 1 at 6\n$/);
    const parsed = linesOf<{ progress?: object }>((await run('logs', 'good', '--tail', '1', '--json')).stdout);
    expect(parsed).toEqual([
      expect.objectContaining({
        rank: 0,
        progress: { step: 6, total: 6, metrics: { loss: 0.17, samples_per_second: 512 } },
      }),
    ]);
    expect((await run('events', 'good')).stdout).toMatch(/Normal +PyTorchJobSucceeded/);
    expect((await run('top', 'good')).stdout).toContain('step 6/6 (100%), loss 0.17, 512 samples/s');
    const again = await run('submit', join(folder, 'good.json'));
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('--name') });
  }, 180_000);

  test('exits with 1 when the job fails, and says why', async () => {
    const { code, stderr } = await run('submit', join(folder, 'bad.json'), '--follow');
    expect(code).toBe(1);
    expect(stderr).toMatch(/pytorchjob\/bad has failed: .*replica\(s\) failed/);
    expect(await run('wait', 'bad')).toMatchObject({ code: 1, stderr: expect.stringContaining('it is Failed') });
    expect(await run('wait', 'bad', '--for', 'ended')).toMatchObject({ code: 0 });
  }, 180_000);

  test('shows what a program reports over HTTP', async () => {
    const followed = await run('submit', join(folder, 'told.json'), '--follow');
    expect(followed.stdout).toContain('[0 master-0] reported 200');
    expect((await run('get', 'told')).stdout).toContain('Progress  42%, loss 0.31, 2m left');
    expect((await run('list')).stdout).toMatch(/told +PyTorchJob +Succeeded +3\/3 +42%/);
  }, 180_000);

  test('stops, resumes, scales and deletes a job that runs', async () => {
    await run('submit', join(folder, 'long.json'));
    expect(await run('wait', 'long', '--for', 'running', '--timeout', '30s')).toMatchObject({ code: 0 });
    expect(await run('wait', 'long', '--timeout', '1s')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('within 1s: it is Running'),
    });
    const following = train('logs', '-f', 'long', '--all');
    await following.says(/\[2 worker-1\] rank 2 at/);
    const used = JSON.parse((await run('top', 'long', '--json')).stdout) as {
      readonly progress: object;
      readonly pods: readonly { readonly seat: string; readonly usage?: { readonly memoryBytes: number } }[];
    };
    expect(used.progress).toMatchObject({ total: 2000 });
    expect(used.pods.map(({ seat }) => seat)).toEqual(['master-0', 'worker-0', 'worker-1']);
    for (const { usage } of used.pods) expect(usage?.memoryBytes).toBeGreaterThan(2 ** 20);
    expect((await run('stop', 'long')).stdout).toContain('armature train resume pytorchjob/long -n default');
    await following.says(/· Suspended: /);
    expect(await run('wait', 'long', '--for', 'suspended')).toMatchObject({ code: 0 });
    expect(await run('logs', 'long')).toMatchObject({ code: 1, stderr: expect.stringContaining('is suspended') });
    expect(await run('resume', 'pytorch/long')).toMatchObject({ code: 0 });
    await following.says(/Suspended \(no more\)(.|\n)*\[0 master-0\] progress step=2 /);
    following.interrupt();
    expect(await following.ended).toBe(0);
    expect(following.stderr).toContain('pytorchjob/long goes on');

    expect(await run('scale', 'long', '3')).toMatchObject({ code: 0 });
    const { client } = platform.current;
    const { spec } = await client.get(PYTORCH_JOB, { namespace: 'default', name: 'long' });
    expect(spec).toMatchObject({ pytorchReplicaSpecs: { Worker: { replicas: 3 } } });
    expect(await run('get', 'lon')).toMatchObject({ code: 1, stderr: expect.stringContaining('did you mean long?') });
    expect(await run('delete', 'long')).toMatchObject({ code: 0 });
    const left = linesOf<{ name: string }>((await run('list', '-A', '--json')).stdout);
    expect(left.map(({ name }) => name)).not.toContain('long');
  }, 240_000);
});
