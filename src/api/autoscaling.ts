import * as z from 'zod';
import { int32, labelSelector, quantity } from './schema.ts';

const metricTarget = z.object({
  type: z.string(),
  averageUtilization: int32().optional(),
  averageValue: quantity().optional(),
  value: quantity().optional(),
});

const metricIdentifier = z.object({ name: z.string(), selector: labelSelector().optional() });

/** One entry of a HorizontalPodAutoscaler's metrics (autoscaling/v2). */
export const metricSpec = z.object({
  type: z.string(),
  resource: z.object({ name: z.string(), target: metricTarget }).optional(),
  containerResource: z.object({ container: z.string(), name: z.string(), target: metricTarget }).optional(),
  external: z.object({ metric: metricIdentifier, target: metricTarget }).optional(),
  object: z
    .object({
      describedObject: z.object({ apiVersion: z.string().optional(), kind: z.string(), name: z.string() }),
      metric: metricIdentifier,
      target: metricTarget,
    })
    .optional(),
  pods: z.object({ metric: metricIdentifier, target: metricTarget }).optional(),
});
