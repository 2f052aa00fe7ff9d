import * as z from 'zod';
import { cel, int64, oneOf, quantity, text } from './schema.ts';

/** Where a job keeps its checkpoints, beyond the lives of its pods: a field of ours beside upstream's. */

export const CHECKPOINT_RESUMES = ['auto', 'never'] as const;
export const CLAIM_ACCESS_MODES = ['ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'] as const;

const PATH = 'spec.runPolicy.checkpoint';

/** A claim that the controller makes and the job owns: it goes with the job, and not before. */
const claim = z.object({
  size: quantity(),
  /** @default - the cluster's default class */
  storageClassName: text().optional(),
  /** @default ReadWriteMany */
  accessMode: oneOf(text(32), `${PATH}.claim.accessMode`, CLAIM_ACCESS_MODES).optional(),
});

export const checkpointPolicy = () =>
  cel(
    z.object({
      claim: claim.optional(),
      /** A claim that is there; it is never changed, and never deleted. */
      claimName: text().optional(),
      /** A place in an object store, such as `s3://bucket/runs`. */
      uri: text(1024).optional(),
      /** The S3 server. @default - AWS */
      endpoint: text(1024).optional(),
      /** A Secret whose keys become variables of the training container: `AWS_ACCESS_KEY_ID` and the like. */
      secretName: text().optional(),
      /** Where the container sees the claim's volume. @default /checkpoints */
      path: text(512).optional(),
      /** @default auto */
      resume: oneOf(text(16), `${PATH}.resume`, CHECKPOINT_RESUMES).optional(),
      /** From SIGTERM to SIGKILL, for pods whose template does not say. @default - Kubernetes' own, 30 */
      gracePeriodSeconds: int64(0).optional(),
    }),
    {
      rule: '[has(self.claim), has(self.claimName), has(self.uri)].filter(given, given).size() == 1',
      message: `${PATH} needs one place: give it a claim to be made, a claimName, or a uri`,
    },
    {
      rule: "!has(self.path) || self.path.startsWith('/')",
      message: `${PATH}.path must be absolute`,
    },
    {
      rule: "!has(self.uri) || self.uri.matches('^[a-z0-9]+://[^/]+')",
      message: `${PATH}.uri must name a store and a bucket, such as s3://bucket/runs`,
    },
  );

export type CheckpointPolicy = z.input<ReturnType<typeof checkpointPolicy>>;
