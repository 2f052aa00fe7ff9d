import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { useEmbeddedPlatform } from '../support/embedded-platform.ts';
import { eventually } from '../support/eventually.ts';
import { kubectlPath, type Ran, ran } from '../support/kubectl.ts';

const MINUTES = 60_000;
const platform = useEmbeddedPlatform();
let program = '';

beforeAll(async () => {
  program = await kubectlPath();
}, 20 * MINUTES);

const env = () => ({ ...process.env, KUBECONFIG: platform.current.kubeconfig });

const kubectl = (args: string, input?: string): Promise<Ran> =>
  ran(program, words(args), { env: env(), ...(input !== undefined && { input }) });

/** Splits at blanks, but not within single quotes. */
const words = (text: string): string[] =>
  [...text.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');

/** What kubectl prints when all goes well. */
async function done(args: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await kubectl(args, input);
  if (code !== 0) throw new Error(`kubectl ${args} ended with ${code}: ${stdout}${stderr}`);
  return stdout;
}

/** Runs until it is ended; what it prints is gathered. */
class Running {
  text = '';
  readonly #child: ChildProcess;

  constructor(args: string) {
    this.#child = spawn(program, words(args), { env: env(), stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child.stdout?.on('data', (chunk) => {
      this.text += chunk;
    });
  }

  async end(): Promise<string> {
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGINT');
      await ended;
    }
    return this.text;
  }
}

const container = (script: string) => ({ name: 'pytorch', image: 'any', command: ['sh', '-c', script] });

const job = (name: string, script: string, replicas: object = {}) => ({
  apiVersion: 'kubeflow.org/v1',
  kind: 'PyTorchJob',
  metadata: { name },
  spec: {
    pytorchReplicaSpecs: {
      Master: { restartPolicy: 'OnFailure', template: { spec: { containers: [container(script)] } }, ...replicas },
    },
  },
});

describe('kubectl on the embedded cluster', () => {
  test('tells what is served', async () => {
    expect(await done('version')).toMatch(/Server Version: v1\.36/);
    const resources = await done('api-resources');
    expect(resources).toMatch(/^pytorchjobs +kubeflow\.org\/v1 +true +PyTorchJob$/m);
    expect(resources).toMatch(/^pods +po +v1 +true +Pod$/m);
    expect(resources).not.toMatch(/^deployments /m);
    expect(await done('get nodes')).toMatch(/^local +Ready +<none> +\S+ +v1\.36/m);
    expect(await done('get namespaces')).toMatch(/^default +Active +\S+$/m);
  });

  test('explains types, those of custom resources among them', async () => {
    const explained = await done('explain pytorchjob.spec.runPolicy');
    expect(explained).toMatch(/KIND: +PyTorchJob/);
    expect(explained).toMatch(/cleanPodPolicy\t<string>/);
    expect(await done('explain pod.spec.containers')).toMatch(/env\t<\[\]EnvVar>/);
  });

  test('refuses what the schema does not know, and warns on request', async () => {
    const wrong = stringify(job('wrong', 'true', { replicaz: 2 }));
    const strict = await kubectl('apply -f -', wrong);
    expect(strict.code).toBe(1);
    expect(strict.stderr).toMatch(/unknown field "spec.pytorchReplicaSpecs.Master.replicaz"/);
    const warned = await kubectl('apply --dry-run=server --validate=warn -f -', wrong);
    expect(warned.stderr).toMatch(/Warning: unknown field "spec.pytorchReplicaSpecs.Master.replicaz"/);
    expect(warned.code).toBe(0);
    const invalid = await kubectl('apply -f -', stringify(job('wrong', 'true', { replicas: -1 })));
    expect(invalid.stderr).toMatch(
      /The PyTorchJob "wrong" is invalid:\s+(\* )?spec.pytorchReplicaSpecs.Master.replicas: Invalid value/,
    );
    expect((await kubectl('get pytorchjob wrong')).stderr).toMatch(
      /Error from server \(NotFound\): pytorchjobs.kubeflow.org "wrong" not found/,
    );
  });

  test(
    'follows a job from its making to its end: watch, logs, wait, describe, delete',
    async () => {
      const watch = new Running('get pytorchjobs -w');
      await done('apply -f -', stringify(job('life', 'for i in 1 2 3 4; do echo line $i; sleep 0.5; done')));
      await eventually('a running pod', async () => /Running/.test(await done('get pods')));
      expect(await done('logs -f life-master-0')).toBe('line 1\nline 2\nline 3\nline 4\n');
      expect(await done('logs life-master-0 --tail=1')).toBe('line 4\n');
      expect(await done('logs life-master-0 --timestamps --tail=1')).toMatch(/^\d{4}-\d\d-\d\dT\S+Z line 4\n$/);
      await done('wait --for=condition=Succeeded pytorchjob/life --timeout=20s');
      expect(await done('get pods -o wide')).toMatch(
        /^life-master-0 +0\/1 +Completed +0 +\S+ +\S+ +local +<none> +<none>$/m,
      );
      expect(await done('describe pytorchjob life')).toMatch(/PyTorchJobSucceeded/);
      expect(await done('get events')).toMatch(/Normal +SuccessfulCreatePod +pytorchjob\/life +Created pod/);
      const seen = await watch.end();
      expect(seen).toMatch(/^NAME +STATE +AGE$/m);
      expect(seen).toMatch(/^life +Running/m);
      expect(seen).toMatch(/^life +Succeeded/m);
      expect(await done('delete pytorchjob life')).toMatch(/deleted/);
      await done('wait --for=delete pod/life-master-0 --timeout=20s');
    },
    MINUTES,
  );

  test(
    'applies on the client and on the server, edits, patches, labels',
    async () => {
      const service = (port: number, app = 'x') =>
        stringify({
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'ports' },
          spec: {
            selector: { app },
            ports: [
              { name: 'a', port: 80 },
              { name: 'b', port },
            ],
          },
        });
      expect(await done('apply -f -', service(81))).toBe('service/ports created\n');
      expect(await done('apply -f -', service(81))).toBe('service/ports unchanged\n');
      expect(await done('apply -f -', service(82))).toBe('service/ports configured\n');
      expect(await done('get service ports -o jsonpath={.spec.ports[*].port}')).toBe('80 82');
      const conflict = await kubectl('apply --server-side --field-manager=other -f -', service(82, 'other'));
      expect(conflict.stderr).toMatch(/conflict with "kubectl-client-side-apply" using v1/);
      expect(
        await done('apply --server-side --force-conflicts --field-manager=other -f -', service(82, 'other')),
      ).toMatch(/serverside-applied/);

      const patched = JSON.stringify({ spec: { runPolicy: { suspend: false } } });
      await done('apply -f -', stringify({ ...job('edited', 'sleep 60') }));
      expect(await done(`patch pytorchjob edited --type=merge -p '${patched}'`)).toMatch(/edited patched/);
      expect(await done('label pytorchjob edited team=vision')).toMatch(/labeled/);
      expect(await done('get pytorchjobs -l team=vision -o name')).toBe('pytorchjob.kubeflow.org/edited\n');
      const edited = await ran(program, ['edit', 'pytorchjob', 'edited'], {
        env: { ...env(), KUBE_EDITOR: "sed -i -e 's/team: vision/team: speech/'" },
      });
      expect(edited).toMatchObject({ code: 0, stdout: expect.stringMatching(/edited/) });
      expect(await done('get pytorchjob edited -o jsonpath={.metadata.labels.team}')).toBe('speech');
      await done('delete pytorchjob --all');
      await done('delete service ports');
    },
    MINUTES,
  );

  test(
    'makes small things, asks who it is, and names what is not served',
    async () => {
      await done('create namespace other');
      await done('create configmap settings --namespace other --from-literal=mode=fast');
      expect(await done('get configmap settings --namespace other -o jsonpath={.data.mode}')).toBe('fast');
      await done('create secret generic keys --namespace other --from-literal=token=hush');
      expect(await done('get secret keys --namespace other')).toMatch(/^keys +Opaque +1 +\S+$/m);
      await done('delete namespace other');
      expect(await done('auth whoami')).toMatch(/Username +owner/);
      expect(await done('auth can-i delete nodes')).toBe('yes\n');
      const deployment = await kubectl('get --raw /apis/apps/v1/namespaces/default/deployments');
      expect(deployment.stderr).toMatch(/does not support deployments.apps; use a real cluster for it/);
    },
    MINUTES,
  );

  test(
    'runs commands beside a container',
    async () => {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'shell' },
        spec: {
          restartPolicy: 'Never',
          containers: [{ ...container('sleep 60'), env: [{ name: 'MODE', value: 'fast' }] }],
        },
      };
      await done('apply -f -', stringify(pod));
      await done('wait --for=condition=Ready pod/shell --timeout=20s');
      const ended = await kubectl("exec shell -- sh -c 'echo mode $MODE; echo oops >&2; exit 3'");
      expect(ended).toMatchObject({ code: 3, stdout: 'mode fast\n', stderr: expect.stringMatching(/^oops\n/) });
      expect(await done('exec -i shell -- cat', 'one\ntwo\n')).toBe('one\ntwo\n');
      expect((await kubectl('exec shell -c other -- true')).stderr).toMatch(
        /container other is not valid for pod shell/,
      );
      expect((await kubectl('port-forward shell 8080:80')).stderr).toMatch(/does not support pods\/portforward/);
      expect((await kubectl('exec -it shell -- true')).stderr).toMatch(/a terminal for pods\/exec|not a terminal/);
      await done('delete pod shell --now');
    },
    MINUTES,
  );
});
