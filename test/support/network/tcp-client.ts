import { expect } from 'vitest';
import type { FakeStream } from './fake-host.ts';
import { FrameGuest, type HeardSegment, heardTcp, isIntact, tcpFrame } from './frame-guest.ts';

export const ISS = 1000;
/** 1460 bytes, windows scaled by 2. */
export const OPTIONS = [2, 4, 0x05, 0xb4, 1, 3, 3, 2];

/** A guest with one connection; its TCP is what the test says. */
export class Client {
  readonly guest: FrameGuest;
  stream!: FakeStream;
  /** Our next sequence number, and the number that we acknowledge. */
  sequence = ISS + 1;
  acknowledgment = 0;

  constructor(guest: FrameGuest) {
    this.guest = guest;
  }

  static async connect(window = 0xffff): Promise<Client> {
    const client = new Client(await FrameGuest.open());
    expect(client.send({ flags: 'S', sequence: ISS, options: OPTIONS, window })).toEqual([]);
    client.stream = client.guest.host.sockets.streams[0]!;
    client.stream.events.opened();
    const [synAck] = client.heard();
    expect(synAck).toMatchObject({ flags: 'SA', acknowledgment: ISS + 1 });
    client.acknowledgment = synAck!.sequence + 1;
    expect(client.send({ flags: 'A', window })).toEqual([]);
    return client;
  }

  send(fields: Partial<Parameters<typeof tcpFrame>[0]> & { flags: string }): HeardSegment[] {
    const { sequence, acknowledgment } = this;
    this.guest.network.send(tcpFrame({ sequence, acknowledgment, ...fields }));
    return this.heard();
  }

  heard(): HeardSegment[] {
    const frames = this.guest.heard();
    expect(frames.every(isIntact)).toBe(true);
    return frames.map(heardTcp);
  }

  /** Segments of data that the host sends. */
  fromHost(bytes: number): HeardSegment[] {
    this.stream.events.data(new Uint8Array(bytes).map((_, n) => n * 7));
    return this.heard();
  }

  wait(milliseconds: number): HeardSegment[] {
    this.guest.host.timers.advance(milliseconds);
    return this.heard();
  }
}
