import { objectsOf } from '../../api/json.ts';
import { type Finding, finding } from './codes.ts';
import type { PodSet } from './pod-sets.ts';

/** Images that may be another program tomorrow: without a tag or digest, or with the tag `latest`. */
export function imageFindings({ path, spec }: PodSet): Finding[] {
  return ['initContainers', 'containers'].flatMap((list) =>
    objectsOf(spec[list]).flatMap(({ image }, index) => {
      if (typeof image !== 'string' || image === '' || image.includes('@sha256:')) return [];
      const tag = /:([^/:]+)$/.exec(image)?.[1];
      if (tag !== undefined && tag !== 'latest') return [];
      const what = tag === undefined ? 'has no tag' : 'has the tag latest';
      const message = `${image} ${what}, so that restarts may run another program: name a version or a digest`;
      return [finding('image-without-tag', `${path}.${list}[${index}].image`, message)];
    }),
  );
}
