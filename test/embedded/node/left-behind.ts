/** Runs a pod that does not end, and tells its process: for a test that kills this without warning. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LiveNode, pause, shell } from './live.ts';

const live = await LiveNode.start();
const { metadata } = await live.run('left', { containers: [shell('sleep 1000 & echo $! > pid; wait')] });
const file = join(live.folder, 'pods', metadata.uid ?? '', 'pid');
while (!existsSync(file) || readFileSync(file, 'utf8') === '') await pause(10);
process.stdout.write(JSON.stringify({ folder: live.folder, pid: Number(readFileSync(file, 'utf8')) }));
