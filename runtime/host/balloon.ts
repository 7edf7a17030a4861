import type { HostDoor } from './door.ts';
import { ports } from './ports.ts';
import type { HostStream } from './stream.ts';

/** A balloon's streams to the host. */
export interface BalloonStreams {
  /** Numbers of 32 bits, low byte first. The host says how many pages it wants, and hears how many there are. */
  readonly stream: HostStream;
  /**
   * Each byte from the host asks for statistics. They come as a number of 16 bits, how many bytes follow, and the driver's own entries (VIRTIO
   * 1.2, 5.5.6.4): a tag of 16 bits and a value of 64. No entries: there is no driver that has any.
   */
  readonly statistics: HostStream;
}

/** A balloon's ends of them. */
export function balloonStreams(door: Pick<HostDoor, 'stream'>): BalloonStreams {
  return { stream: door.stream(ports.balloon), statistics: door.stream(ports.balloonStatistics) };
}

/** How many pages the host wants: its last number counts. */
export function wantedPages(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
}

/** Tells the host how many pages are in the balloon. */
export function tellPages({ stream }: BalloonStreams, pages: number): void {
  stream.write(new Uint8Array(Uint32Array.of(pages).buffer));
}

/** Answers the host's question. */
export function tellStatistics({ statistics }: BalloonStreams, entries: Uint8Array): void {
  statistics.write(Uint8Array.of(entries.length & 0xff, entries.length >> 8, ...entries));
}
