import type { Kind, KubeObject } from '../api/kube.ts';
import { ApiError } from '../runtime/client.ts';
import { kindId } from '../runtime/resource-path.ts';
import { withDetails } from './status-details.ts';

const about = (error: ApiError, { group, plural }: Kind, name: string): ApiError =>
  withDetails(error, { ...(name && { name }), ...(group && { group }), kind: plural });

/** The refusals of kube-apiserver, in its words. */
export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message);

export const notFound = (kind: Kind, name: string): ApiError =>
  about(new ApiError(404, 'NotFound', `${kindId(kind)} ${JSON.stringify(name)} not found`), kind, name);

export const noSuchResource = (): ApiError =>
  withDetails(new ApiError(404, 'NotFound', 'the server could not find the requested resource'), {});

export function alreadyExists(kind: Kind, { metadata }: KubeObject, wanted: KubeObject): ApiError {
  const going = metadata.deletionTimestamp === undefined ? '' : 'object is being deleted: ';
  const drawn = wanted.metadata.generateName
    ? ', the server was not able to generate a unique name for the object'
    : '';
  const named = drawn !== '' && kind.plural === 'events' ? { ...kind, group: '' } : kind;
  const said = `${kindId(named)} ${JSON.stringify(metadata.name)} already exists${drawn}`;
  const error = new ApiError(409, 'AlreadyExists', `${drawn === '' ? going : ''}${said}`);
  return about(error, kind, metadata.name ?? '');
}

export const conflict = (kind: Kind, name: string, why: string): ApiError =>
  about(
    new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${kindId(kind)} ${JSON.stringify(name)}: ${why}`),
    kind,
    name,
  );

export const staleVersion = (kind: Kind, name: string): ApiError =>
  conflict(kind, name, 'the object has been modified; please apply your changes to the latest version and try again');

export const forbiddenRequest = (kind: Kind, name: string, why: string): ApiError =>
  about(new ApiError(403, 'Forbidden', `${kindId(kind)} ${JSON.stringify(name)} is forbidden: ${why}`), kind, name);

export const expired = (message: string): ApiError => new ApiError(410, 'Expired', message);

/** What this server does not do, by name. */
export const notImplemented = (what: string): ApiError =>
  new ApiError(501, 'NotImplemented', `the embedded cluster does not support ${what}; use a real cluster for it`);
