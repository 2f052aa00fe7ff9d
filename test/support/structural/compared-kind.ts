import { setTimeout as delay } from 'node:timers/promises';
import type { Kind, KubeObject } from '../../../src/api/kube.ts';
import type { FieldError } from '../../../src/embedded/strategy.ts';
import {
  type CompiledStructural,
  compileStructural,
  invalidDetails,
  invalidError,
  metadataErrors,
  metadataUpdateErrors,
  strictDecodingError,
} from '../../../src/embedded/structural/index.ts';
import { ApiError } from '../../../src/runtime/client.ts';
import { type Answer, type Api, type Loose, pathOf } from '../api.ts';
import { eventually } from '../eventually.ts';
import { served, testCrd } from '../test-crd.ts';
import type { SchemaCase } from './crds.ts';

const GROUP = 'structural.armature.test';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const NAMESPACE = 'default';

export interface Tally {
  same: number;
  accepted: number;
  refused: number;
  readonly differences: string[];
}

interface Body {
  readonly spec?: unknown;
  readonly status?: unknown;
}

interface Verdict {
  readonly code: number;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly causes?: readonly Cause[] | undefined;
  readonly body?: unknown;
}

interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** A kind served by a real apiserver, and the same schema in this process. */
export class ComparedKind {
  readonly stored: Loose[] = [];
  private readonly api: Api;
  private readonly schemaCase: SchemaCase;
  private readonly kind: Kind;
  private readonly compiled: CompiledStructural;

  private constructor(api: Api, schemaCase: SchemaCase, kind: Kind) {
    this.api = api;
    this.schemaCase = schemaCase;
    this.kind = kind;
    const { scale } = schemaCase;
    this.compiled = compileStructural(schemaCase.schema, { kind, ...(scale && { scale }) });
  }

  static async install(api: Api, schemaCase: SchemaCase): Promise<ComparedKind> {
    const { name } = schemaCase;
    const kind: Kind = { group: GROUP, version: 'v1', kind: `T${name.slice(1)}`, plural: name, namespaced: true };
    const compared = new ComparedKind(api, schemaCase, kind);
    await compared.remove();
    const answer = await api.raw('POST', CRDS, compared.crd(schemaCase.before ?? schemaCase.schema));
    if (answer.code !== 201) throw new Error(`the CRD ${name} was refused: ${answer.text}`);
    await served(api, kind, NAMESPACE);
    await inForce();
    return compared;
  }

  private crd(schema: object): KubeObject {
    const { statusSubresource, scale } = this.schemaCase;
    return testCrd(this.kind, schema, {
      subresources: { ...(statusSubresource && { status: {} }), ...(scale && { scale }) },
    });
  }

  async remove(): Promise<void> {
    const path = `${CRDS}/${this.kind.plural}.${GROUP}`;
    await this.api.raw('DELETE', path);
    await eventually(`${path} to be gone`, async () => (await this.api.raw('GET', path)).code === 404);
  }

  /** Stores what of these the apiserver accepts, then puts the real schema into force. */
  async seed(bodies: readonly Body[]): Promise<void> {
    for (const [index, body] of bodies.entries()) {
      const answer = await this.api.raw('POST', pathOf(this.kind, NAMESPACE), this.object(`s${index}`, body));
      if (answer.code !== 201) continue;
      let object = JSON.parse(answer.text) as Loose;
      if (this.schemaCase.statusSubresource && body.status !== undefined) {
        const path = pathOf(this.kind, NAMESPACE, object.metadata.name, 'status');
        const second = await this.api.raw('PUT', path, { ...object, status: body.status });
        if (second.code === 200) object = JSON.parse(second.text) as Loose;
      }
      this.stored.push(object);
    }
    if (!this.schemaCase.before) return;
    const path = `${CRDS}/${this.kind.plural}.${GROUP}`;
    const { spec } = this.crd(this.schemaCase.schema);
    const answer = await this.api.raw('PATCH', path, { spec }, 'application/merge-patch+json');
    if (answer.code !== 200) throw new Error(`the CRD ${this.kind.plural} was refused: ${answer.text}`);
    await inForce();
    const listPath = pathOf(this.kind, NAMESPACE);
    await eventually(`${listPath} to be listed`, async () => (await this.api.raw('GET', listPath)).code === 200);
    const list = await this.api.list(this.kind, NAMESPACE);
    this.stored.splice(
      0,
      this.stored.length,
      ...list.map((item) => ({ ...item, apiVersion: `${GROUP}/v1`, kind: this.kind.kind })),
    );
  }

  private object(name: string, body: Body): KubeObject {
    return { apiVersion: `${GROUP}/v1`, kind: this.kind.kind, metadata: { name, namespace: NAMESPACE }, ...body };
  }

  async create(body: Body, fieldValidation: 'Strict' | 'Ignore', tally: Tally): Promise<void> {
    const object = this.object('o', body);
    const path = `${pathOf(this.kind, NAMESPACE)}?dryRun=All&fieldValidation=${fieldValidation}`;
    const real = verdictOf(await this.api.raw('POST', path, object));
    const ours = this.judged(object, fieldValidation, (decoded) => {
      const { status: _status, ...rest } = decoded;
      const prepared = (this.schemaCase.statusSubresource ? rest : decoded) as KubeObject;
      return [prepared, this.compiled.validate(prepared, undefined, metadataErrors(prepared.metadata, true))];
    });
    this.compare('create', object, undefined, real, ours, tally);
  }

  async update(stored: Loose, body: Body, tally: Tally): Promise<void> {
    const { spec: _spec, status: _status, ...head } = stored;
    const object = { ...head, ...body } as KubeObject;
    const path = `${pathOf(this.kind, NAMESPACE, stored.metadata.name)}?dryRun=All&fieldValidation=Ignore`;
    const real = verdictOf(await this.api.raw('PUT', path, object));
    const old = this.compiled.applyDefaults(this.compiled.prune(stored as KubeObject).object);
    const ours = this.judged(object, 'Ignore', (decoded) => {
      const { status: _gone, ...rest } = decoded;
      const kept = old.status === undefined ? rest : { ...rest, status: old.status };
      const prepared = (this.schemaCase.statusSubresource ? kept : decoded) as KubeObject;
      return [prepared, this.compiled.validate(prepared, old, metadataUpdateErrors(prepared.metadata))];
    });
    this.compare('update', object, stored, real, ours, tally);
  }

  async updateStatus(stored: Loose, status: unknown, tally: Tally): Promise<void> {
    const object = { ...stored, status } as KubeObject;
    const path = `${pathOf(this.kind, NAMESPACE, stored.metadata.name, 'status')}?dryRun=All&fieldValidation=Ignore`;
    const real = verdictOf(await this.api.raw('PUT', path, object));
    const old = this.compiled.applyDefaults(this.compiled.prune(stored as KubeObject).object);
    const ours = this.judged(object, 'Ignore', (decoded) => [
      decoded,
      this.compiled.validateStatus(decoded, old, metadataUpdateErrors(decoded.metadata)),
    ]);
    this.compare('update status', object, stored, real, ours, tally);
  }

  private judged(
    object: KubeObject,
    fieldValidation: 'Strict' | 'Ignore',
    validated: (decoded: KubeObject) => [KubeObject, readonly FieldError[]],
  ): Verdict {
    try {
      const pruned = this.compiled.prune(object);
      if (fieldValidation === 'Strict' && pruned.unknown.length > 0) {
        const { kind, version } = this.kind;
        const message = `${kind} in version "${version}" cannot be handled as a ${kind}: ${strictDecodingError(pruned.unknown)}`;
        return { code: 400, reason: 'BadRequest', message };
      }
      const [prepared, errors] = validated(this.compiled.applyDefaults(pruned.object));
      // what is stored is read back, and a status that was taken away gets its default then
      if (errors.length === 0) return { code: 200, body: bodyOf(this.compiled.applyDefaults(prepared)) };
      const name = object.metadata.name ?? '';
      const { message } = invalidError(this.kind, name, errors);
      const { causes } = invalidDetails(this.kind, name, errors);
      return { code: 422, reason: 'Invalid', message, causes };
    } catch (error) {
      if (error instanceof ApiError) return { code: error.code, reason: error.reason, message: error.message };
      throw error;
    }
  }

  private compare(
    what: string,
    object: object,
    old: object | undefined,
    real: Verdict,
    ours: Verdict,
    tally: Tally,
  ): void {
    const [expected, actual] = [comparable(real), comparable(this.inOrder(ours, real))];
    if (expected === actual) {
      tally.same++;
      if (real.code === 200) tally.accepted++;
      else tally.refused++;
      return;
    }
    const before = old ? `\n  stored ${JSON.stringify(old)}` : '';
    tally.differences.push(`${what} ${JSON.stringify(object)}${before}\n  real ${expected}\n  ours ${actual}`);
  }

  /** The apiserver lists fields of one object in an order that changes from call to call. */
  private inOrder(ours: Verdict, real: Verdict): Verdict {
    if (!ours.causes || !real.causes) return ours;
    const rank = new Map(
      real.causes.map((cause, index) => [JSON.stringify([cause.reason, cause.message, cause.field]), index]),
    );
    const place = ({ reason, message, field }: Cause) =>
      rank.get(JSON.stringify([reason, message, field])) ?? Number.POSITIVE_INFINITY;
    const causes = [...ours.causes].sort((a, b) => place(a) - place(b));
    const errors = causes.map(({ reason, message, field }) => ({ reason, message, field }));
    const name = /^\S+ ("(?:[^"\\]|\\.)*")/.exec(ours.message ?? '')?.[1] ?? '""';
    return { ...ours, causes, message: invalidError(this.kind, JSON.parse(name) as string, errors).message };
  }
}

const comparable = (verdict: Verdict): string => JSON.stringify(sorted(verdict));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

function bodyOf(object: object): unknown {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...body } = object as Record<string, unknown>;
  return body;
}

function verdictOf(answer: Answer): Verdict {
  const value = JSON.parse(answer.text) as Record<string, unknown>;
  if (answer.code < 300) return { code: 200, body: bodyOf(value) };
  const { reason, message, details } = value as { reason: string; message: string; details?: { causes?: Cause[] } };
  const causes =
    answer.code === 422
      ? (details?.causes ?? []).map((cause) => ({ reason: cause.reason, message: cause.message, field: cause.field }))
      : undefined;
  return { code: answer.code, reason, message, ...(causes && { causes }) };
}

/** A CRD's new schema takes a moment to be the one that is used. */
const inForce = (): Promise<void> => delay(1500);
