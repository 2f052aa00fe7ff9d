/** `npm run build [-- FOLDER]`: the `armature` command as build/bundle/armature.mjs, and what each of its files weighs. */
import { join, relative, resolve } from 'node:path';
import { BUNDLE, buildBundle, bundleFiles } from './images/bundle.ts';

const started = Date.now();
const folder = process.argv[2] ? resolve(process.argv[2]) : BUNDLE;
await buildBundle(folder);
for (const { path, content } of await bundleFiles(folder)) {
  process.stdout.write(`${String(content.length).padStart(9)}  ${relative(process.cwd(), join(folder, path))}\n`);
}
process.stdout.write(`bundled in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
