import type { Enlightenment, Enlightenments } from './enlightenments.ts';

/** CPUID leaves of Hyper-V (Hypervisor Top Level Functional Specification 6.0b, 2.4). */
const Leaf = { first: 0x40000000, interface: 1, version: 2, features: 3, recommendations: 4, limits: 5 } as const;

/** "Microsoft Hv", low byte first. */
const vendor = [0x7263694d, 0x666f736f, 0x76482074] as const;
/** "Hv#1". */
const INTERFACE = 0x31237648;
/** That of Windows Server 2016, as QEMU tells it: the build, and 10.0. */
const [BUILD, VERSION] = [14393, 0x000a0000];
/** Processors at most, as QEMU tells it. */
const MOST_PROCESSORS = 64;

/** Registers that a guest may use: bits of EAX, and of EDX. */
const [HYPERCALLS, REFERENCE_COUNT, APIC, PROCESSOR_INDEX, RESET, REFERENCE_TSC, FREQUENCIES] = [5, 1, 4, 6, 7, 9, 11];
const [PROCESSORS_CHANGE, FREQUENCIES_KNOWN] = [3, 8];
/** Recommendations. */
const [USE_APIC_REGISTERS, RELAX_TIMING] = [3, 5];

type Bits = Readonly<Partial<Record<Enlightenment, readonly number[]>>>;
const privileges: Bits = {
  time: [REFERENCE_COUNT, REFERENCE_TSC],
  vapic: [APIC],
  vpindex: [PROCESSOR_INDEX],
  reset: [RESET],
  frequencies: [FREQUENCIES],
};
const features: Bits = { frequencies: [FREQUENCIES_KNOWN] };
const recommendations: Bits = { vapic: [USE_APIC_REGISTERS], relaxed: [RELAX_TIMING] };

/** The bits of all enlightenments that a model has, and others. */
function word({ switches }: Enlightenments, bits: Bits, ...others: readonly number[]): number {
  const all = [...others, ...[...switches].flatMap((name) => bits[name] ?? [])];
  return all.reduce((sum, bit) => sum | (1 << bit), 0);
}

/** Four registers of a leaf; undefined where Hyper-V has none of that number. */
export function hyperVLeaf(own: Enlightenments, number: number): [number, number, number, number] | undefined {
  switch (number - Leaf.first) {
    case 0:
      return [Leaf.first + Leaf.limits, ...vendor];
    case Leaf.interface:
      return [INTERFACE, 0, 0, 0];
    case Leaf.version:
      return [BUILD, VERSION, 0, 0];
    case Leaf.features:
      return [word(own, privileges, HYPERCALLS), 0, 0, word(own, features, PROCESSORS_CHANGE)];
    case Leaf.recommendations:
      return [word(own, recommendations), own.spinlocks | 0, 0, 0];
    case Leaf.limits:
      return [MOST_PROCESSORS, 0, 0, 0];
    default:
      return undefined;
  }
}
