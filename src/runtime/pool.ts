/// <reference path="./undici-parts.d.ts" />
import type { Dispatcher, Pool as PoolType } from 'undici';
import request from 'undici/lib/api/api-request.js';
import Pool from 'undici/lib/dispatcher/pool.js';

/**
 * undici's pool and its `request`, loaded alone: the whole package (fetch, WebSocket, caches, mocks) costs 14 MB of
 * resident memory more, of which a controller uses nothing.
 */
export function openPool(origin: string, options: PoolType.Options): PoolType {
  return new Pool(origin, options);
}

export function send(pool: PoolType, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
  return request.call(pool, options) as Promise<Dispatcher.ResponseData>;
}
