import type { Alarms } from '../alarms.ts';
import { Alarm } from '../alarms.ts';

/** How long fragments wait for the others, in milliseconds (RFC 791, 3.2; RFC 1122, 3.3.2: between 60 and 120 seconds). */
const WAIT = 60_000;
/** Packets that are being put together at a time; the oldest gives way. */
const MOST_PACKETS = 32;
/** Pieces of one packet: one of 64 KB has 45 at the usual size. */
const MOST_PIECES = 256;
/** Size of the largest packet without its header, in bytes. */
const MOST_BYTES = 0xffff - 20;

/** A piece of a packet. */
export interface Fragment {
  /** A key that all pieces of a packet share: addresses, protocol and identification. */
  readonly key: string;
  /** Bytes from the packet's start. */
  readonly offset: number;
  readonly isLast: boolean;
  readonly bytes: Uint8Array;
}

interface Assembly {
  readonly pieces: Fragment[];
  readonly since: number;
  total: number | undefined;
}

/** Puts packets together again (RFC 791, 3.2; RFC 8200, 4.5). Pieces that overlap spoil their packet (RFC 5722). */
export class Reassembly {
  readonly #assemblies = new Map<string, Assembly>();
  readonly #alarms: Alarms;
  readonly #alarm: Alarm;

  constructor(alarms: Alarms) {
    this.#alarms = alarms;
    this.#alarm = new Alarm(alarms, () => this.#expire());
  }

  /** Takes a piece. @returns the whole when this was the last that was missing */
  add(fragment: Fragment): Uint8Array | undefined {
    const assembly = this.#assemblies.get(fragment.key) ?? this.#begin(fragment.key);
    if (
      assembly.pieces.some(({ offset, bytes }) => offset === fragment.offset && bytes.length === fragment.bytes.length)
    )
      return undefined;
    if (!fits(assembly, fragment)) {
      this.#assemblies.delete(fragment.key);
      return undefined;
    }
    assembly.pieces.push({ ...fragment, bytes: fragment.bytes.slice() });
    if (fragment.isLast) assembly.total = fragment.offset + fragment.bytes.length;
    const have = assembly.pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (have !== assembly.total) return undefined;
    this.#assemblies.delete(fragment.key);
    return joined(assembly.pieces, have);
  }

  #begin(key: string): Assembly {
    const assembly: Assembly = { pieces: [], since: this.#alarms.now(), total: undefined };
    if (this.#assemblies.size >= MOST_PACKETS) this.#assemblies.delete(this.#assemblies.keys().next().value!);
    this.#assemblies.set(key, assembly);
    if (!this.#alarm.isSet) this.#alarm.set(assembly.since + WAIT);
    return assembly;
  }

  #expire(): void {
    const now = this.#alarms.now();
    for (const [key, { since }] of this.#assemblies) if (since + WAIT <= now) this.#assemblies.delete(key);
    const oldest = this.#assemblies.values().next().value;
    if (oldest) this.#alarm.set(oldest.since + WAIT);
  }
}

function fits({ pieces, total }: Assembly, { offset, bytes, isLast }: Fragment): boolean {
  const end = offset + bytes.length;
  if (bytes.length === 0 || end > MOST_BYTES || pieces.length >= MOST_PIECES) return false;
  if (total !== undefined && (isLast || end > total)) return false;
  return pieces.every((piece) => {
    const isApart = end <= piece.offset || offset >= piece.offset + piece.bytes.length;
    return isApart && !(isLast && piece.offset >= end);
  });
}

function joined(pieces: readonly Fragment[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  for (const { offset, bytes } of pieces) whole.set(bytes, offset);
  return whole;
}
