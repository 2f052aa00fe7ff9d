import type { KubeObject } from '../../api/kube.ts';
import type { Instant } from '../../runtime/environment.ts';
import type { Resource } from '../resource.ts';

/** One write on its way to the store. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly resource: Resource;
  readonly subresource?: string;
  /** Absent for deletions. */
  readonly object?: KubeObject;
  /** Absent for creations. */
  readonly previous?: KubeObject;
  readonly now: Instant;
}

/** What admission may look at. */
export interface AdmissionView {
  get(table: string, key: string): KubeObject | undefined;
  list(table: string): readonly KubeObject[];
}

/** A step between a request and the store, as kube-apiserver's admission plug-ins are. */
export interface AdmissionStep {
  /** The object, changed or not. Runs before the kind's own preparation and validation. */
  mutate?(object: KubeObject, request: AdmissionRequest, view: AdmissionView): KubeObject;
  /** Throws an ApiError to refuse. Runs last. */
  validate?(request: AdmissionRequest, view: AdmissionView): void;
}
