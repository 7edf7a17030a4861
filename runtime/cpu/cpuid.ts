import { Cr4, Xcr0 } from '../../translator/abi/control-registers.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Word } from '../../translator/abi/state.ts';
import type { FeatureRow } from '../../translator/x86/features.ts';
import { raise } from '../fault.ts';
import { PHYSICAL_BITS } from '../memory/page-entry.ts';
import type { Cpu } from './cpu.ts';
import { type CpuFeature, featureWord } from './features.ts';
import { hyperVLeaf } from './hyper-v/leaves.ts';
import { kvmLeaf } from './kvm/leaves.ts';
import { isCpuidLimited, isNxDisabled } from './misc-enable.ts';
import { type CpuModel, familyOf } from './model.ts';
import { TIMESTAMP_HERTZ } from './timestamp.ts';
import { cacheLeaf, type Leaf, topologyLeaf } from './topology-leaves.ts';
import { XSAVE_BYTES } from './x87/xsave.ts';

const EXTENDED = 0x80000000;

const none: Leaf = [0, 0, 0, 0];

/** Leaf 13: parts of XCR0, and the bytes that XSAVE writes for those that are enabled and for all. */
const XSAVE_LEAF = 0xd;
const MANAGED = Xcr0.x87 | Xcr0.sse;
const OSXSAVE = 1 << 27;
/** Bit of leaf 1, EDX: there are several logical processors (HTT). */
const SEVERAL = 1 << 28;
/** Lines of 64 bytes. */
const LINE_UNITS = 8;
const FIRST_BRAND_LEAF = 0x80000002;
const LAST_BRAND_LEAF = 0x80000004;
const LAST_EXTENDED_LEAF = 0x80000008;
/** AMD-V: its revision, and the number of address spaces. */
const VIRTUALIZATION_LEAF = 0x8000000a;
const VIRTUALIZATION_REVISION = 1;
const ADDRESS_SPACES = 16;
/** The last basic leaf while MISC_ENABLE limits it. */
const LIMITED_LEAF = 2;
const LINEAR_BITS = 32;
const REPEATED_BY_AMD = 0x0183f3ff;

/** Leaf 2: TLBs of 4 KB and 4 MB pages, caches of a Pentium II (Intel SDM vol. 2, table 3-12). */
const caches: Leaf = [0x03020101, 0, 0, 0x0c040843];

/** CPUID: the leaf is in EAX, its sub-leaf in ECX; the answer in EAX, EBX, ECX and EDX. */
export function identify(cpu: Cpu): void {
  const { state } = cpu;
  const [eax, ebx, ecx, edx] = leaf(cpu, state[Word.eax] >>> 0, state[Word.ecx] >>> 0);
  state[Word.eax] = eax;
  state[Word.ebx] = ebx;
  state[Word.ecx] = ecx;
  state[Word.edx] = edx;
}

/**
 * VMCALL and VMMCALL: a call of the hypervisor around the guest; without one there is no such instruction, nor for a guest's own guest, which has
 * another hypervisor (AMD64 Architecture Programmer's Manual vol. 2, 15.18).
 */
export function callHypervisor({ hypervisor, state }: Cpu): void {
  if (hypervisor?.xen == null || state[Word.guestMode] !== 0) raise(Vector.invalidOpcode);
  hypervisor.xen.call();
}

/** The last basic leaf: at least that which describes XSAVE, where that is. */
function lastLeaf({ lastLeaf: last, features }: CpuModel): number {
  return features.has('xsave') ? Math.max(last, XSAVE_LEAF) : last;
}

/** A leaf beyond the last one reads as the last basic one does. */
function leaf(cpu: Cpu, number: number, subleaf: number): Leaf {
  const { model } = cpu;
  const last = isCpuidLimited(cpu) ? Math.min(lastLeaf(model), LIMITED_LEAF) : lastLeaf(model);
  const hypervisor = hypervisorLeaf(cpu, number, subleaf);
  if (hypervisor) return hypervisor;
  if (number >= EXTENDED && number <= lastExtendedLeaf(model) && familyOf(model) >= 6) return extendedLeaf(cpu, number);
  return basicLeaf(cpu, Math.min(number, last), last, subleaf);
}

function basicLeaf(cpu: Cpu, number: number, last: number, subleaf: number): Leaf {
  const { model } = cpu;
  switch (number) {
    case 0:
      return [last, characters(model.vendor, 0), characters(model.vendor, 8), characters(model.vendor, 4)];
    case 1:
      return [
        model.signature,
        processorWord(cpu),
        features(cpu, 1, 'ECX') | osxsave(cpu) | underHypervisor(cpu),
        features(cpu, 1, 'EDX') | several(cpu),
      ];
    case 2:
      return caches;
    case 4:
      return cacheLeaf(cpu.topology, subleaf);
    case 7:
      return subleaf === 0 ? [0, features(cpu, 7, 'EBX'), features(cpu, 7, 'ECX'), features(cpu, 7, 'EDX')] : none;
    case 0xb:
      return cpu.localApic === null ? none : topologyLeaf(cpu.topology, cpu.localApic.initialId, subleaf);
    case XSAVE_LEAF:
      return subleaf === 0 && model.features.has('xsave') ? [MANAGED, XSAVE_BYTES, XSAVE_BYTES, 0] : none;
    case 0x15:
      // The TSC counts what the crystal does.
      return [1, 1, TIMESTAMP_HERTZ, 0];
    default:
      return [features(cpu, number, 'EAX'), 0, 0, 0];
  }
}

/** How many logical processors its package has, if several, its APIC's number, and what CLFLUSH flushes, in units of 8 bytes. */
function processorWord({ localApic, model, topology: { cores, threads } }: Cpu): number {
  const lines = model.features.has('clflush') ? LINE_UNITS << 8 : 0;
  const inPackage = cores * threads;
  return (inPackage > 1 ? inPackage << 16 : 0) | ((localApic?.initialId ?? 0) << 24) | lines;
}

/** HTT: the package has several logical processors. */
const several = ({ topology: { cores, threads } }: Cpu): number => (cores * threads > 1 ? SEVERAL : 0);

/** Bit of leaf 1, ECX: guests that know Hyper-V or Xen look for it. */
const underHypervisor = ({ hypervisor, model }: Cpu): number => (hypervisor?.xen || model.enlightenments ? 1 << 31 : 0);

/** Leaves of the hypervisor, Xen's before others. */
function hypervisorLeaf({ hypervisor, model }: Cpu, number: number, subleaf: number): Leaf | undefined {
  const { enlightenments } = model;
  return (
    hypervisor?.xen?.leaf(number, subleaf) ??
    (enlightenments && hyperVLeaf(enlightenments, number)) ??
    kvmLeaf(model, number)
  );
}

/** CR4.OSXSAVE is told to programs. */
const osxsave = ({ state }: Cpu): number => (state[Word.cr4]! & Cr4.osxsave ? OSXSAVE : 0);

/** The last extended leaf: at least that which describes AMD-V, where that is. */
function lastExtendedLeaf({ features: present }: CpuModel): number {
  return present.has('svm') ? VIRTUALIZATION_LEAF : LAST_EXTENDED_LEAF;
}

function extendedLeaf(cpu: Cpu, number: number): Leaf {
  if (number === EXTENDED) return [lastExtendedLeaf(cpu.model) | 0, 0, 0, 0];
  if (number === VIRTUALIZATION_LEAF) return [VIRTUALIZATION_REVISION, ADDRESS_SPACES, 0, features(cpu, number, 'EDX')];
  if (number >= FIRST_BRAND_LEAF && number <= LAST_BRAND_LEAF) {
    return brand(cpu.model, (number - FIRST_BRAND_LEAF) * 16);
  }
  if (number === LAST_EXTENDED_LEAF) return [PHYSICAL_BITS | (LINEAR_BITS << 8), 0, 0, 0];
  return [0, 0, features(cpu, number, 'ECX'), features(cpu, number, 'EDX') | repeatedByAmd(cpu, number)];
}

/** Processors of AMD tell of most features of leaf 1 once more (AMD64 Architecture Programmer's Manual vol. 3, E.4.2). */
function repeatedByAmd(cpu: Cpu, number: number): number {
  const isTold = number === EXTENDED + 1 && cpu.model.vendor === 'AuthenticAMD';
  return isTold ? features(cpu, 1, 'EDX') & REPEATED_BY_AMD : 0;
}

function features(cpu: Cpu, leafNumber: number, register: FeatureRow['register']): number {
  return featureWord({ has: (feature) => hasFeature(cpu, feature) }, leafNumber, register);
}

/** Whether the model has a feature that the system has not switched off. */
function hasFeature(cpu: Cpu, feature: CpuFeature): boolean {
  if (!cpu.model.features.has(feature)) return false;
  if (feature === 'apic') return cpu.localApic?.enabled ?? false;
  return feature !== 'nx' || !isNxDisabled(cpu);
}

/** 16 characters of the brand string. */
function brand({ brand: text }: CpuModel, from: number): Leaf {
  return [characters(text, from), characters(text, from + 4), characters(text, from + 8), characters(text, from + 12)];
}

/** Four characters as a little-endian word; 0 after the end. */
function characters(text: string, from: number): number {
  let word = 0;
  for (let n = 0; n < 4; n++) if (from + n < text.length) word |= text.charCodeAt(from + n) << (8 * n);
  return word;
}
