/**
 * A program for the pods of a JobSet with a replicated job `leader` of one pod and `worker` of two: the leader listens,
 * the workers find it by its name and report, until one of their own attempt answers (the last one's may still be on its
 * way out), and each pod finds every other. With `FAIL_FIRST`, worker 1 fails in the
 * set's first attempt.
 */
export const MEETING = `
import os, socket, sys, time
role, index = os.environ['ROLE'], int(os.environ['JOB_COMPLETION_INDEX'])
attempt = int(os.environ['ATTEMPT'])
if os.environ.get('FAIL_FIRST') and attempt == 0 and role == 'worker' and index == 1:
    sys.exit(3)
def address(host):
    end = time.time() + 60
    while True:
        try:
            return socket.gethostbyname(host)
        except OSError:
            if time.time() > end: raise
            time.sleep(0.2)
hosts = ['js-leader-0-0.js', 'js-worker-0-0.js', 'js-worker-0-1.js']
if role == 'leader':
    server = socket.create_server((os.environ.get('POD_IP', ''), int(os.environ['PORT'])))
    met = set()
    while len(met) < 2:
        peer, _ = server.accept()
        with peer:
            peer.settimeout(5)
            try:
                said = peer.recv(64).decode().split()
                if len(said) == 2 and int(said[1]) == attempt:
                    peer.sendall(b'ok')
                    met.add(said[0])
            except OSError:
                pass  # One that came and did not speak.
    print('attempt %d met %s' % (attempt, ' '.join(sorted(met))), flush=True)
else:
    print(' '.join(address(host) for host in hosts), flush=True)
    def report():
        try:
            leader = (os.environ['LEADER'].split(':')[0], int(os.environ['PORT']))
            with socket.create_connection(leader, timeout=5) as peer:
                peer.sendall(('worker-%d %d' % (index, attempt)).encode())
                return peer.recv(8) == b'ok'
        except OSError:
            return False
    end = time.time() + 60
    while not report():
        assert time.time() < end, 'the leader of this attempt does not answer'
        time.sleep(0.2)
`;

/** The spec of a JobSet `js` whose pods meet each other. */
export function meetingSpec(container: { readonly image: string }, options: { readonly failFirst?: boolean } = {}) {
  const field = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });
  const role = (name: string, pods: number) => ({
    name,
    template: {
      spec: {
        parallelism: pods,
        completions: pods,
        backoffLimit: 0,
        template: {
          spec: {
            restartPolicy: 'Never',
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: 'main',
                ...container,
                imagePullPolicy: 'IfNotPresent',
                command: ['python3', '-c', MEETING],
                env: [
                  { name: 'ROLE', ...field("metadata.labels['jobset.sigs.k8s.io/replicatedjob-name']") },
                  { name: 'ATTEMPT', ...field("metadata.labels['jobset.sigs.k8s.io/restart-attempt']") },
                  { name: 'LEADER', ...field("metadata.annotations['jobset.sigs.k8s.io/coordinator']") },
                  { name: 'POD_IP', ...field('status.podIP') },
                  { name: 'PORT', value: '29501' },
                  ...(options.failFirst ? [{ name: 'FAIL_FIRST', value: '1' }] : []),
                ],
              },
            ],
          },
        },
      },
    },
  });
  return {
    coordinator: { replicatedJob: 'leader' },
    failurePolicy: { maxRestarts: 1 },
    replicatedJobs: [role('leader', 1), role('worker', 2)],
  };
}
