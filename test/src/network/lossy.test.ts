import { describe, expect, test } from 'vitest';
import { addressSum } from '../../../src/network/addresses.ts';
import { Alarms } from '../../../src/network/alarms.ts';
import type { IpNetwork } from '../../../src/network/ip/packet.ts';
import { GuestLink } from '../../../src/network/link.ts';
import type { TcpConnection, TcpUser } from '../../../src/network/tcp/connection.ts';
import { type IncomingConnection, TcpTable } from '../../../src/network/tcp/table.ts';
import { FakeTimers } from '../../support/network/fake-host.ts';
import { Random } from '../../support/random.ts';

interface Wire {
  /** Percent of packets. */
  readonly lost: number;
  readonly doubled: number;
  readonly late: number;
}

/** Two ends of TCP over a wire that loses, doubles and delays packets. Each end sends some bytes, and ends. */
class Wires {
  readonly timers = new FakeTimers();
  readonly #alarms = new Alarms(this.timers);
  readonly #random: Random;
  readonly #wire: Wire;
  readonly received: Record<string, number[]> = { a: [], b: [] };
  readonly closed: string[] = [];

  constructor(wire: Wire, seed: number) {
    this.#wire = wire;
    this.#random = new Random(seed);
  }

  run(bytes: Record<'a' | 'b', Uint8Array>): void {
    const tables: Record<string, TcpTable> = {};
    const network = (to: string): IpNetwork => this.#network((packet) => tables[to]!.receive(packet), to);
    const table = (onIncoming: (incoming: IncomingConnection) => void) =>
      new TcpTable({
        ...{ link: new GuestLink(), alarms: this.#alarms, soon: (act) => this.timers.soon(act) },
        ...{ firstSequence: () => this.#random.word() >>> 0, onIncoming },
      });
    let [a, b]: TcpConnection[] = [];
    tables.b = table((incoming) => {
      b = incoming.accept(this.#user('b', () => b!));
      b.push(bytes.b);
      b.end();
    });
    tables.a = table(() => {});
    const ends = { network: network('b'), address: '10.0.0.1', port: 1, guestAddress: '10.0.0.2', guestPort: 2 };
    this.#back = network('a');
    a = tables.a.open(
      ends,
      this.#user('a', () => a!),
    )!;
    a.push(bytes.a);
    a.end();
    for (let n = 0; n < 20_000 && this.closed.length < 2; n++) this.timers.advance(100);
  }
  #back!: IpNetwork;

  #user(name: string, own: () => TcpConnection): TcpUser {
    return {
      ...{ opened: () => {}, ended: () => {}, hasRoom: () => {} },
      data: (bytes) => {
        for (const byte of bytes) this.received[name]!.push(byte);
        own().consumed(bytes.length);
      },
      closed: (why) => this.closed.push(`${name} ${why}`),
    };
  }

  #network(deliver: (packet: Parameters<TcpTable['receive']>[0]) => void, to: string): IpNetwork {
    const draft = new Uint8Array(2000);
    const send: IpNetwork['send'] = (source, destination, protocol, length) => {
      const payload = draft.slice(0, length);
      const back = to === 'b' ? this.#back : undefined;
      const packet = {
        ...{ network: back ?? network, source, destination, protocol, payload, quote: payload, hopLimit: 64 },
        addressSum: addressSum(source, destination),
      };
      if (this.#random.chance(this.#wire.lost)) return;
      const copies = this.#random.chance(this.#wire.doubled) ? 2 : 1;
      for (let n = 0; n < copies; n++) {
        const delay = this.#random.chance(this.#wire.late) ? this.#random.below(50) : 1;
        this.timers.after(delay, () => deliver(packet));
      }
    };
    const network: IpNetwork = {
      ...{ family: 4, hostAddress: '', dnsAddress: '', maximumPayload: 1480, draft, send },
      ...{ reject: () => {}, isInside: () => true, isOwn: () => true, isToMany: () => false },
    };
    return network;
  }
}

const made = (length: number, seed: number): Uint8Array => {
  const random = new Random(seed);
  return Uint8Array.from({ length }, () => random.below(256));
};

describe.each<[string, Wire]>([
  ['whole', { lost: 0, doubled: 0, late: 0 }],
  ['lossy', { lost: 5, doubled: 0, late: 0 }],
  ['very lossy', { lost: 30, doubled: 5, late: 10 }],
  ['disorderly', { lost: 0, doubled: 20, late: 40 }],
])('over a %s wire', (_name, wire) => {
  test.each([1, 2, 3, 4])('all arrives in order, and both end (seed %i)', (seed) => {
    const wires = new Wires(wire, seed);
    const bytes = { a: made(150_000, seed), b: made(40_000, seed + 100) };
    wires.run(bytes);
    expect(Buffer.from(wires.received.b!).equals(bytes.a)).toBe(true);
    expect(Buffer.from(wires.received.a!).equals(bytes.b)).toBe(true);
    expect(wires.closed.sort()).toEqual(['a ended', 'b ended']);
  });
});
