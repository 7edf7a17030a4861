import { bigEndian, toBytes } from '../bytes.ts';
import { BLOCK_BYTES, CD_BLOCKS, Profile } from './registers.ts';

/** Features of GET CONFIGURATION (MMC-3, 5.3). */
const Feature = {
  profiles: 0x0000,
  core: 0x0001,
  removableMedium: 0x0003,
  randomReadable: 0x0010,
  multiRead: 0x001d,
  cdRead: 0x001e,
  dvdRead: 0x001f,
} as const;

/** Which features are asked for: all, those that are active, or one. */
const Request = { all: 0, current: 1, one: 2 } as const;

/** The profile of what is in the drive. */
function currentProfile(blocks: number | null): number {
  if (blocks === null) return Profile.none;
  return blocks > CD_BLOCKS ? Profile.dvdRom : Profile.cdRom;
}

interface FeatureDescription {
  readonly code: number;
  /** Whether it is always active. */
  readonly persistent: boolean;
  readonly current: boolean;
  readonly data: readonly number[];
}

function features(profile: number, physicalInterface: number): FeatureDescription[] {
  const listed = (one: number) => [...toBytes(one, 2), one === profile ? 1 : 0, 0];
  const has = profile !== Profile.none;
  const isCd = profile === Profile.cdRom;
  const always = (code: number, data: number[]) => ({ code, persistent: true, current: true, data });
  const when = (code: number, current: boolean, data: number[]) => ({ code, persistent: false, current, data });
  return [
    always(Feature.profiles, [...listed(Profile.dvdRom), ...listed(Profile.cdRom)]),
    always(Feature.core, [...toBytes(physicalInterface, 4), 1, 0, 0, 0]),
    // A tray, which the guest can eject and lock.
    always(Feature.removableMedium, [0x29, 0, 0, 0]),
    when(Feature.randomReadable, has, [...toBytes(BLOCK_BYTES, 4), ...toBytes(1, 2), 0, 0]),
    when(Feature.multiRead, isCd, []),
    when(Feature.cdRead, isCd, [0, 0, 0, 0]),
    when(Feature.dvdRead, profile === Profile.dvdRom, [0, 0, 0, 0]),
  ];
}

/** The reply to GET CONFIGURATION for a medium of so many blocks; null where a field of the packet is wrong. */
export function configuration(packet: Uint8Array, blocks: number | null, physicalInterface: number): Uint8Array | null {
  const request = packet[1] & 3;
  const first = bigEndian(packet, 2, 2);
  if (request > Request.one) return null;
  const profile = currentProfile(blocks);
  const wanted = features(profile, physicalInterface).filter(({ code, current }) => {
    if (request === Request.one) return code === first;
    return code >= first && (request === Request.all || current);
  });
  const bytes = wanted.flatMap(({ code, persistent, current, data }) => {
    return [...toBytes(code, 2), (persistent ? 2 : 0) | (current ? 1 : 0), data.length, ...data];
  });
  return Uint8Array.from([...toBytes(bytes.length + 4, 4), 0, 0, ...toBytes(profile, 2), ...bytes]);
}
