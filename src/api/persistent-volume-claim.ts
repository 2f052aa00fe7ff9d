import * as z from 'zod';
import { atomicList, atomicObject, labelSelector, open, resourceList, stringMap, text } from './schema.ts';

/** A PersistentVolumeClaim to be, with upstream's shape; its status is kept and never read. */
export const persistentVolumeClaimTemplate = () =>
  z.object({
    apiVersion: z.string().optional(),
    kind: z.string().optional(),
    metadata: open({
      annotations: stringMap().optional(),
      finalizers: z.array(z.string()).optional(),
      labels: stringMap().optional(),
      name: text(63).optional(),
      namespace: text().optional(),
    }).optional(),
    spec: z
      .object({
        accessModes: atomicList(z.string()).optional(),
        dataSource: atomicObject({ apiGroup: z.string().optional(), kind: z.string(), name: z.string() }).optional(),
        dataSourceRef: z
          .object({
            apiGroup: z.string().optional(),
            kind: z.string(),
            name: z.string(),
            namespace: z.string().optional(),
          })
          .optional(),
        resources: z.object({ limits: resourceList().optional(), requests: resourceList().optional() }).optional(),
        selector: labelSelector().optional(),
        storageClassName: z.string().optional(),
        volumeAttributesClassName: z.string().optional(),
        volumeMode: z.string().optional(),
        volumeName: z.string().optional(),
      })
      .optional(),
    status: open({}).optional(),
  });

export type PersistentVolumeClaimTemplate = z.input<ReturnType<typeof persistentVolumeClaimTemplate>>;
