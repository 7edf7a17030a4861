import { TIMESTAMP_HERTZ } from '../cpu/timestamp.ts';
import { GUEST_DOMAIN } from './abi.ts';

/** Leaves of CPUID (xen/include/public/arch-x86/cpuid.h). */
const FIRST = 0x40000000;
const LAST = FIRST + 5;
/** "XenVMMXenVMM", low byte first. */
const signature = [0x566e6558, 0x65584d4d, 0x4d4d566e] as const;
/** The MSR by which the guest says where its hypercall page is to be. */
const PAGE_REGISTER = 0x40000000;
/** Bits of the leaf for HVM guests: its other registers tell numbers of processor and domain, and a processor can be told of events by a vector. */
const Hvm = { processorNumber: 1 << 3, domainNumber: 1 << 4, upcallVector: 1 << 6 } as const;

/** The version that says so for the first time. */
const FIRST_WITH_UPCALL_VECTOR = 0x00040011;

function flagsOf(version: number): number {
  const flags = Hvm.processorNumber | Hvm.domainNumber;
  return version < FIRST_WITH_UPCALL_VECTOR ? flags : flags | Hvm.upcallVector;
}

export type XenLeaf = [number, number, number, number];

/** Four registers of a leaf; undefined where there is none of that number. */
export function xenLeaf(version: number, processor: number, number: number, subleaf: number): XenLeaf | undefined {
  switch (number - FIRST) {
    case 0:
      return [LAST, ...signature];
    case 1:
      return [version, 0, 0, 0];
    case 2:
      return [1, PAGE_REGISTER, 0, 0];
    case 3:
      return subleaf === 0 ? [0, 0, TIMESTAMP_HERTZ / 1000, 0] : [0, 0, 0, 0];
    case 4:
      return [flagsOf(version), processor, GUEST_DOMAIN, 0];
    case 5:
      return [0, 0, 0, 0];
    default:
      return undefined;
  }
}
