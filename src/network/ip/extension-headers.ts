/** Headers that may stand before the payload (RFC 8200, section 4), and most of them that are looked at. */
export const Extension = { hopByHop: 0, routing: 43, fragment: 44, destination: 60 } as const;
export const MOST_EXTENSIONS = 8;
export const FRAGMENT_HEADER = 8;
const extensions: readonly number[] = Object.values(Extension);

/** Options that only fill (RFC 8200, 4.2); no other is known here. */
const Option = { pad1: 0, padN: 1 } as const;
/** The two highest bits of an option's type: the action that they demand of those who don't know the option. */
const Action = { skip: 0, discard: 1, tell: 2, tellUnlessToMany: 3 } as const;
const ACTION_SHIFT = 6;

/** A header, or what is behind the last one. */
export interface Place {
  /** Where its number stands. */
  readonly numberAt: number;
  /** Where it begins. */
  readonly at: number;
}

/** Why a packet is discarded: an option, by where it stands. */
export interface BadOption {
  readonly at: number;
  /** Whether its sender is to be told, where the packet was sent to one or to many. */
  readonly tells: 'nobody' | 'of one' | 'of both';
}

/** Whether the header of this number is followed by another one. */
export function isExtension(number: number): boolean {
  return extensions.includes(number);
}

/** The header after one; undefined: the packet ends before. */
export function nextHeader(packet: Uint8Array, { numberAt, at }: Place): Place | undefined {
  const length = packet[numberAt] === Extension.fragment ? FRAGMENT_HEADER : (packet[at + 1] + 1) * 8;
  return at + length <= packet.length ? { numberAt: at, at: at + length } : undefined;
}

/** The place after all extension headers, whatever they contain; undefined: the packet ends before, or has too many. */
export function behindExtensions(packet: Uint8Array, first: Place): Place | undefined {
  let place: Place | undefined = first;
  for (let n = 0; place !== undefined && n <= MOST_EXTENSIONS; n++) {
    if (!isExtension(packet[place.numberAt])) return place;
    place = nextHeader(packet, place);
  }
  return undefined;
}

/** The first option between two places for which a packet must be discarded (RFC 8200, 4.2). */
export function badOption(packet: Uint8Array, start: number, end: number): BadOption | undefined {
  for (let at = start; at < end; ) {
    const type = packet[at];
    if (type === Option.pad1) {
      at++;
      continue;
    }
    const next = at + 2 + (packet[at + 1] ?? 0);
    if (next > end) return { at, tells: 'nobody' };
    const action = type === Option.padN ? Action.skip : type >> ACTION_SHIFT;
    if (action === Action.discard) return { at, tells: 'nobody' };
    if (action === Action.tell) return { at, tells: 'of both' };
    if (action === Action.tellUnlessToMany) return { at, tells: 'of one' };
    at = next;
  }
  return undefined;
}
