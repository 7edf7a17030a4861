import type { CpuModel } from '../model.ts';
import { TIMESTAMP_HERTZ } from '../timestamp.ts';

/** CPUID leaves of hypervisors (Linux, Documentation/virt/kvm/x86/cpuid.rst): the first one, and that where there are those of Hyper-V before. */
const [FIRST, SECOND] = [0x40000000, 0x40000100];
const FEATURES = 1;
/** Frequencies, as VMware and QEMU have them (QEMU's property vmware-cpuid-freq). */
const FREQUENCIES = 0x10;

/** "KVMKVMKVM" and three zeros, low byte first. */
const signature = [0x4b4d564b, 0x564b4d56, 0x0000004d] as const;
/** Bits of the features, by the MSRs 4B564D00h to 4B564D04h; `noIoDelay`: a write of port 80h takes no time, `stableClock`: the clock never jumps. */
const Feature = {
  noIoDelay: 1 << 1,
  clock: 1 << 3,
  stealTime: 1 << 5,
  endOfInterrupt: 1 << 6,
  stableClock: 1 << 24,
} as const;
/** The local APIC's timer counts nanoseconds, as the TSC does (devices/local-apic/timer.ts). */
const APIC_HERTZ = 1_000_000_000;

/** Four registers of a leaf for hypervisors; undefined where there is none of that number. */
export function kvmLeaf(
  { features, enlightenments }: CpuModel,
  number: number,
): [number, number, number, number] | undefined {
  const first = enlightenments === undefined ? FIRST : SECOND;
  const place = number - first;
  if (!features.has('kvm') || place < 0 || place > FREQUENCIES) return undefined;
  if (place === 0) return [first + FREQUENCIES, ...signature];
  if (place === FEATURES) {
    const always = Feature.noIoDelay | Feature.clock | Feature.stealTime | Feature.stableClock;
    return [always | (features.has('apic') ? Feature.endOfInterrupt : 0), 0, 0, 0];
  }
  return place === FREQUENCIES ? [TIMESTAMP_HERTZ / 1000, APIC_HERTZ / 1000, 0, 0] : [0, 0, 0, 0];
}
