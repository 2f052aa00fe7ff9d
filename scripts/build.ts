/** `npm run build`: the `armature` command as dist/bundle/armature.mjs, and what each of its files weighs. */
import { buildBundle, bundleFiles } from './images/bundle.ts';

const started = Date.now();
await buildBundle();
for (const { path, content } of await bundleFiles())
  process.stdout.write(`${String(content.length).padStart(9)}  dist/bundle/${path}\n`);
process.stdout.write(`bundled in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
