/** Runs one pod as whoever starts this, and prints what became of it: for a test that gives up its rights first. */
import { LiveNode, shell, statusOf } from './live.ts';

const live = await LiveNode.start();
const claim = [
  { name: 'd', mountPath: '/srv-of-mine/data' },
  { name: 'd', mountPath: '/etc/mine' },
];
await live.run('one', {
  volumes: [{ name: 'd', emptyDir: {} }],
  containers: [
    {
      ...shell(
        'hostname; echo x > /srv-of-mine/data/f; cat /etc/mine/f; grep -c one /etc/hosts; test -r /etc/passwd && echo rest',
      ),
      volumeMounts: claim,
      readinessProbe: { exec: { command: ['true'] } },
    },
  ],
});
const pod = await live.ended('one');
const { isolation } = live.node;
process.stdout.write(
  JSON.stringify({ isolation, exit: statusOf(pod).state?.terminated, output: await live.logs('one') }),
);
await live.stop();
