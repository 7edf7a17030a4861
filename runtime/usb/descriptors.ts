import type { UsbSpeed } from './packets.ts';

/** Kinds of descriptors (USB 2.0, table 9-5). */
export const DescriptorType = {
  device: 1,
  configuration: 2,
  string: 3,
  interface: 4,
  endpoint: 5,
  deviceQualifier: 6,
  otherSpeed: 7,
} as const;

/** Directions and kinds of endpoints (9.6.6). */
export const ENDPOINT_IN = 0x80;
export const EndpointKind = { bulk: 2, interrupt: 3 } as const;

export interface EndpointDescription {
  /** Its number, with ENDPOINT_IN where it sends. */
  readonly address: number;
  readonly kind: number;
  /** Bytes of a packet at most. */
  readonly packet: number;
  /** For an interrupt endpoint: the interval between two polls in frames; at high speed 2^(n-1) microframes. */
  readonly interval?: number;
}

/** A device with one configuration that has one interface. */
export interface UsbDescription {
  readonly vendor: number;
  readonly product: number;
  /** English: who made it, what it is, its serial number. */
  readonly strings: readonly [maker: string, product: string, serial: string];
  /** Bytes of a packet of endpoint 0: 8, 16, 32 or 64. */
  readonly controlPacket: number;
  /** Class, sub-class and protocol of its interface. */
  readonly classCode: readonly [number, number, number];
  /** Stands between the interface and its endpoints: what the class adds. */
  readonly classDescriptor?: readonly number[];
  readonly endpoints: readonly EndpointDescription[];
  /** It can wake the host up. */
  readonly wakes: boolean;
}

/** A device that is only of full speed here is one of USB 1.1. */
const releases: Readonly<Record<UsbSpeed, number>> = { full: 0x0110, high: 0x0200 };
const CONFIGURATION_VALUE = 1;
/** Attributes of a configuration (9.6.3): bit 7 is always set. Milliamperes come in units of 2. */
const Attribute = { always: 0x80, remoteWakeup: 0x20 } as const;
const POWER = 50;
const ENGLISH = 0x0409;

const word = (value: number): [low: number, high: number] => [value & 0xff, value >> 8];
/** A descriptor begins with its length and its type. */
const descriptor = (type: number, ...bytes: readonly number[]): number[] => [bytes.length + 2, type, ...bytes];

export function deviceDescriptor({ vendor, product, controlPacket }: UsbDescription, speed: UsbSpeed): Uint8Array {
  const ids = [...word(vendor), ...word(product), ...word(0)];
  const strings = [1, 2, 3];
  // The class is that of the interface.
  const bytes = [...word(releases[speed]), 0, 0, 0, controlPacket, ...ids, ...strings, 1];
  return Uint8Array.from(descriptor(DescriptorType.device, ...bytes));
}

/** The descriptor of a high-speed device as it would be at full speed (9.6.2). */
export function qualifierDescriptor({ controlPacket }: UsbDescription): Uint8Array {
  const bytes = [...word(releases.high), 0, 0, 0, controlPacket, 1, 0];
  return Uint8Array.from(descriptor(DescriptorType.deviceQualifier, ...bytes));
}

/** The configuration with all that belongs to it; `type` says whether it is that of another speed (9.6.4). */
export function configurationDescriptor(
  { classCode, classDescriptor = [], endpoints, wakes }: UsbDescription,
  type: number = DescriptorType.configuration,
): Uint8Array {
  const inside = [
    ...descriptor(DescriptorType.interface, 0, 0, endpoints.length, ...classCode, 0),
    ...classDescriptor,
    ...endpoints.flatMap(({ address, kind, packet, interval = 0 }) =>
      descriptor(DescriptorType.endpoint, address, kind, ...word(packet), interval),
    ),
  ];
  const attributes = Attribute.always | (wakes ? Attribute.remoteWakeup : 0);
  const total = word(CONFIGURATION_BYTES + inside.length);
  const own = descriptor(type, ...total, 1, CONFIGURATION_VALUE, 0, attributes, POWER);
  return Uint8Array.from([...own, ...inside]);
}

const CONFIGURATION_BYTES = 9;

/** String 0 tells the languages, 1 and so on are the texts (9.6.7). Null: there is none with this number. */
export function stringDescriptor(strings: readonly string[], index: number): Uint8Array | null {
  if (index === 0) return Uint8Array.from(descriptor(DescriptorType.string, ...word(ENGLISH)));
  const text = strings[index - 1];
  if (text === undefined) return null;
  const units = Array.from({ length: text.length }, (_, n) => word(text.charCodeAt(n))).flat();
  return Uint8Array.from(descriptor(DescriptorType.string, ...units));
}
