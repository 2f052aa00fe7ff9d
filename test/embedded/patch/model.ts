import { apiVersionOf, type KubeObject } from '../../../src/api/kube.ts';
import {
  jsonPatch,
  managedFieldsOf,
  mergePatch,
  resetFields,
  serverSideApply,
  strategicMergePatch,
  trackUpdate,
  withManagedFields,
} from '../../../src/embedded/patch/index.ts';
import type { Command } from './commands.ts';
import type { Subject } from './subjects.ts';

/** What a server that is nothing but our functions makes of a write; throws what it refuses. */
export function modelWrite(
  subject: Subject,
  live: KubeObject | undefined,
  command: Command,
  body: unknown,
  now: number,
): KubeObject {
  const { kind, schema } = subject;
  const { manager, force, subresource } = command;
  const apiVersion = apiVersionOf(kind);
  const custom = subject.custom ? { custom: { withStatus: subject.subresources.includes('status') } } : {};
  const reset = resetFields({ apiVersion, kind: kind.kind, ...custom }, subresource);
  const common = { manager, apiVersion, now, schema, reset, ...(subresource && { subresource }) };
  if (command.type === 'apply') {
    const applied = serverSideApply({ ...common, ...(live && { live }), applied: body as KubeObject, force });
    return stored(subject, live, applied === live ? applied : subject.complete(applied), subresource);
  }
  const patched = patch(command, live, body, subject);
  const next = subject.complete(subject.decode?.(patched) ?? patched);
  const tracked = trackUpdate({ ...common, ...(live && { previous: live }), next });
  return stored(subject, live, tracked, subresource);
}

function patch(command: Command, live: KubeObject | undefined, body: unknown, subject: Subject): KubeObject {
  if (!live || command.type === 'create' || command.type === 'put') return body as KubeObject;
  if (command.type === 'json') return jsonPatch(live, body);
  return command.type === 'merge' ? mergePatch(live, body) : strategicMergePatch(live, body, subject.schema);
}

/** What is left of a write once the endpoint has put back what it does not change. */
function stored(
  subject: Subject,
  live: KubeObject | undefined,
  next: KubeObject,
  subresource: string | undefined,
): KubeObject {
  if (subject.subresources.length === 0) return next;
  if (subresource === 'status') {
    const { status: _, ...rest } = live!;
    const metadata = withManagedFields(live!, managedFieldsOf(next) as never).metadata;
    return { ...rest, metadata, ...(next.status !== undefined && { status: next.status }) };
  }
  const { status: _, ...rest } = next;
  return live?.status === undefined ? rest : { ...rest, status: live.status };
}
