import type { Job } from '../../../api/batch.ts';
import type { KubeObject } from '../../../api/kube.ts';
import { timestamp } from '../../../api/timestamp.ts';
import { ApiError } from '../../../runtime/client.ts';
import type { Environment, Instant } from '../../../runtime/environment.ts';
import { TokenBucket } from '../../../runtime/token-bucket.ts';
import type { ApiServer } from '../../api-server.ts';
import { CORE_EVENT } from '../../builtin/kinds.ts';

const COMPONENT = 'job-controller';
/** Events for one object: so many at once, then one every five minutes, as client-go allows. */
const BURST = 25;
const REFILL_PER_SECOND = 1 / 300;
/** From so many messages of one reason on, within the time below, they are told as one. */
const SIMILAR = 10;
const SIMILAR_MS = 600_000;

interface Similar {
  readonly messages: Set<string>;
  lastAt: Instant;
}

interface Told {
  readonly name: string;
  count: number;
}

interface Memory {
  readonly bucket: TokenBucket;
  readonly similar: Map<string, Similar>;
  readonly told: Map<string, Told>;
}

/** Writes what happens to Jobs as core Events: repetitions are counted, floods are cut, as client-go does. */
export class JobEvents {
  readonly #server: ApiServer;
  readonly #environment: Environment;
  readonly #memories = new Map<string, Memory>();

  constructor(server: ApiServer, environment: Environment) {
    this.#server = server;
    this.#environment = environment;
  }

  record(job: Job, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const now = this.#environment.now();
    const memory = this.#memoryOf(job);
    const combined = this.#isFlood(memory, `${type} ${reason}`, message, now);
    const said = combined ? `(combined from similar events): ${message}` : message;
    const id = combined ? `${type} ${reason}` : `${type} ${reason} ${message}`;
    const known = memory.told.get(id);
    if (!memory.bucket.tryTake()) return;
    if (known && this.#repeat(job, known, said, now)) return;
    const unique = Math.floor(now * 1e6 + this.#environment.random() * 1e6).toString(16);
    const name = `${job.metadata.name}.${unique}`;
    memory.told.set(id, { name, count: 1 });
    this.#write(() => {
      const event = eventOf(job, { name, type, reason, message: said, now });
      this.#server.create(CORE_EVENT, job.metadata.namespace, event, { fieldManager: 'kube-controller-manager' });
    });
  }

  /** Nothing more will happen to it. */
  forget(uid: string): void {
    this.#memories.delete(uid);
  }

  #memoryOf({ metadata }: Job): Memory {
    const { uid = '' } = metadata;
    const known = this.#memories.get(uid);
    if (known) return known;
    const bucket = new TokenBucket(this.#environment, REFILL_PER_SECOND, BURST);
    const memory = { bucket, similar: new Map(), told: new Map() };
    this.#memories.set(uid, memory);
    return memory;
  }

  #isFlood({ similar }: Memory, key: string, message: string, now: Instant): boolean {
    const known = similar.get(key);
    const record = known && now - known.lastAt <= SIMILAR_MS ? known : { messages: new Set<string>(), lastAt: now };
    record.messages.add(message);
    record.lastAt = now;
    similar.set(key, record);
    if (record.messages.size < SIMILAR) return false;
    const [oldest = ''] = record.messages;
    record.messages.delete(oldest);
    return true;
  }

  #repeat({ metadata }: Job, known: Told, message: string, now: Instant): boolean {
    known.count++;
    const ref = { name: known.name, ...(metadata.namespace && { namespace: metadata.namespace }) };
    const patch = { count: known.count, lastTimestamp: timestamp(now), message };
    return this.#write(() => {
      this.#server.patch(CORE_EVENT, ref, 'merge', patch, { fieldManager: 'kube-controller-manager' });
    });
  }

  /** A namespace that goes takes no events; nobody waits for one. */
  #write(send: () => void): boolean {
    try {
      send();
      return true;
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
  }
}

interface Said {
  readonly name: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly now: Instant;
}

function eventOf({ apiVersion, kind, metadata }: Job, { name, type, reason, message, now }: Said): KubeObject {
  const { namespace, uid, resourceVersion } = metadata;
  const at = timestamp(now);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, ...(namespace && { namespace }) },
    involvedObject: { apiVersion, kind, name: metadata.name, namespace, uid, resourceVersion },
    reason,
    message: message.slice(0, 1024),
    type,
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  } as KubeObject;
}
