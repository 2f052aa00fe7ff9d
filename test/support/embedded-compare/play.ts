import { setTimeout as delay } from 'node:timers/promises';
import { CONFIG_MAP, JOB, LEASE, NAMESPACE, POD, SERVICE } from '../../../src/api/kinds.ts';
import type { Kind } from '../../../src/api/kube.ts';
import { RESOURCE_QUOTA, SECRET } from '../../../src/embedded/builtin/kinds.ts';
import { deepEqual } from '../../../src/runtime/json.ts';
import type { Answer, Call, OpenWatch, Sequence, Side } from './calls.ts';
import { WIDGET } from './fixtures.ts';
import { isTold, masked, type Said } from './mask.ts';
import { Memory } from './memory.ts';

/** The first place where two servers part. */
export interface Difference {
  readonly sequence: Sequence;
  readonly namespace: string;
  readonly at: number;
  readonly real: unknown;
  readonly embedded: unknown;
}

const WATCH_PATIENCE_MS = 3_000;
const SETTLE_PATIENCE_MS = 60_000;
const SETTLED: readonly Kind[] = [CONFIG_MAP, SECRET, WIDGET, POD, JOB, LEASE, SERVICE, RESOURCE_QUOTA];

/** Nobody but the players writes there. */
const TELL_VERSIONS = new Set(['objects', 'jobs', 'pods', 'scale']);

class Player {
  readonly side: Side;
  readonly namespace: string;
  readonly memory = new Memory();
  readonly answers: (Answer | undefined)[] = [];
  readonly watches = new Map<number, OpenWatch>();

  constructor(side: Side, namespace: string) {
    this.side = side;
    this.namespace = namespace;
  }

  async play(call: Call, at: number): Promise<void> {
    const request = this.memory.request(call, this.namespace);
    if (call.verb === 'watch' || request.query?.resourceVersion !== undefined) {
      // The current state may come from the server's cache: a consistent list makes it catch up.
      await this.side.send({ verb: 'list', namespace: this.namespace, ...(call.kind && { kind: call.kind }) });
    }
    if (call.verb === 'watch') {
      const watch = await this.side.watch(request);
      this.answers[at] = watch.refused;
      if (!watch.refused) this.watches.set(at, watch);
      if (call.query?.sendInitialEvents) await begun(watch);
      return;
    }
    const answer = await this.side.send(request);
    this.answers[at] = answer;
    if (answer.code < 300) this.memory.note(call, answer.body);
  }

  said(sequence: Sequence): Said[] {
    const watches = new Map([...this.watches].map(([at, { events }]) => [at, events]));
    const withoutVersions = !TELL_VERSIONS.has(sequence.theme);
    return masked({ calls: sequence.calls, answers: this.answers, watches }, { withoutVersions });
  }

  told(): readonly number[] {
    return [...this.watches.values()].map(({ events }) => events.filter(isTold).length);
  }

  /** What is there, without what a settled state does not tell. */
  async state(): Promise<unknown> {
    const { namespace } = this;
    const found = await this.side.send({ verb: 'get', kind: NAMESPACE, name: namespace, namespace });
    const phase = (found.body as { status?: { phase?: string } }).status?.phase ?? found.code;
    const lists = await Promise.all(SETTLED.map((kind) => this.side.send({ verb: 'list', kind, namespace })));
    const objects = lists.flatMap(({ body }, index) => {
      const { items } = body as { items?: { metadata: Record<string, unknown>; spec?: unknown; status?: unknown }[] };
      return (items ?? [])
        .filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt')
        .map(({ metadata, status }) => ({
          kind: SETTLED[index]?.plural,
          name: metadata.name,
          finalizers: metadata.finalizers ?? [],
          deleting: metadata.deletionTimestamp !== undefined,
          // What goes loses some of its owners on the way, or none, as the collector happens to come by.
          owners:
            metadata.deletionTimestamp === undefined
              ? ((metadata.ownerReferences ?? []) as { name: string }[]).map(({ name }) => name)
              : [],
          ...(SETTLED[index] === RESOURCE_QUOTA && { status }),
        }));
    });
    return { phase, objects };
  }

  stop(): void {
    for (const watch of this.watches.values()) watch.stop();
  }
}

/** Plays a sequence on both servers at the same time; resolves to where they differ, if they do. */
export async function compare(
  sequence: Sequence,
  namespace: string,
  real: Side,
  embedded: Side,
): Promise<Difference | undefined> {
  const players = [new Player(real, namespace), new Player(embedded, namespace)] as const;
  try {
    for (const [at, call] of sequence.calls.entries()) {
      if (call.verb === 'settle') {
        const states = await settled(players);
        if (states) return { sequence, namespace, at, ...states };
        continue;
      }
      await Promise.all(players.map((player) => player.play(call, at)));
      const codes = players.map(({ answers }) => answers[at]?.code ?? 0);
      if (codes[0] !== codes[1] && (codes[0] ?? 0) >= 300 !== (codes[1] ?? 0) >= 300) break;
    }
    await caughtUp(players);
    const [ours, theirs] = [players[1].said(sequence), players[0].said(sequence)];
    // An answer that differs may be why a watch does.
    for (const part of ['answer', 'events'] as const) {
      for (const [at, { [part]: said }] of theirs.entries()) {
        const own = ours[at]?.[part];
        if (!deepEqual(said, own)) return { sequence, namespace, at, real: said, embedded: own };
      }
    }
    return undefined;
  } finally {
    for (const player of players) player.stop();
  }
}

/** Where nothing is cached, the current state is read while later calls come in. */
async function begun({ events }: OpenWatch): Promise<void> {
  const deadline = Date.now() + WATCH_PATIENCE_MS;
  while (!events.some(({ type }) => type === 'BOOKMARK') && Date.now() < deadline) await delay(5);
}

async function caughtUp(players: readonly [Player, Player]): Promise<void> {
  const deadline = Date.now() + WATCH_PATIENCE_MS;
  while (!deepEqual(players[0].told(), players[1].told()) && Date.now() < deadline) await delay(15);
}

/** Waits until both show the same; resolves to the states when they never do. */
async function settled(players: readonly [Player, Player]): Promise<{ real: unknown; embedded: unknown } | undefined> {
  const deadline = Date.now() + SETTLE_PATIENCE_MS;
  let same = 0;
  for (;;) {
    const [real, embedded] = await Promise.all([players[0].state(), players[1].state()]);
    same = deepEqual(real, embedded) ? same + 1 : 0;
    if (same === 3) return undefined;
    if (Date.now() > deadline) return { real, embedded };
    await delay(same > 0 ? 60 : 100);
  }
}
