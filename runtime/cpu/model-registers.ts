import { Cr4, Efer } from '../../translator/abi/control-registers.ts';
import { Exit } from '../../translator/abi/exits.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import { apicBase, timestampDeadline } from './apic-registers.ts';
import type { Cpu } from './cpu.ts';
import { debugControl } from './debug-control.ts';
import { hyperVRegisters } from './hyper-v/registers.ts';
import { kvmSystemTime, kvmWallClock } from './kvm/clock.ts';
import { kvmEndOfInterrupt } from './kvm/end-of-interrupt.ts';
import { kvmStealTime } from './kvm/steal-time.ts';
import { memoryTypeRegisters } from './memory-types.ts';
import { isNxDisabled, miscEnable } from './misc-enable.ts';
import { familyOf } from './model.ts';
import type { ModelRegister } from './model-register.ts';
import { intercept, interceptModelRegister } from './svm/intercept.ts';
import { svmEferBits, svmRegisters } from './svm/registers.ts';
import { timestampAdjust, timestampCounter } from './timestamp.ts';

/** A register that is one word of the state. */
function stored(first: number, word: number, exists: ModelRegister['exists']): ModelRegister {
  return {
    first,
    exists,
    read: ({ state }) => [state[word]!, 0],
    write: ({ state }, _number, low) => {
      state[word] = low;
    },
  };
}

/** A register that is there but holds 0, whatever is written. */
function zero(first: number, exists: ModelRegister['exists'], count = 1): ModelRegister {
  return { first, count, exists, read: () => [0, 0], write: () => {} };
}

const isP6: ModelRegister['exists'] = (model) => familyOf(model) >= 6;
/** From the K8 on. */
const isAmd64: ModelRegister['exists'] = (model) => model.vendor !== 'GenuineIntel' && familyOf(model) === 0xf;
const hasSysenter: ModelRegister['exists'] = ({ features }) => features.has('sep');

const extendedFeatures: ModelRegister = {
  first: 0xc0000080,
  exists: ({ features }) => features.has('nx'),
  read: ({ state }) => [state[Word.efer]!, 0],
  write(cpu, _number, low, high) {
    const bits = (isNxDisabled(cpu) ? 0 : Efer.nxe) | svmEferBits(cpu);
    if (((low & ~bits) | high) !== 0) raise(Vector.generalProtection);
    cpu.state[Word.efer] = low;
    cpu.memory.flushAll();
  },
};

/**
 * IA32_ARCH_CAPABILITIES (Intel SDM vol. 4, table 2-2): none of the flaws of speculation that have a bit here, as nothing
 * is executed speculatively: RDCL_NO, SKIP_L1DFL_VMENTRY, SSB_NO, MDS_NO, IF_PSCHANGE_MC_NO, TAA_NO, SBDR_SSDP_NO,
 * FBSDP_NO, PSDP_NO, BHI_NO, PBRSB_NO, GDS_NO, RFDS_NO.
 */
const architecturalCapabilities: ModelRegister = {
  first: 0x10a,
  exists: ({ features }) => features.has('arch-capabilities'),
  read: () => [(1 << 0) | (0xf << 3) | (1 << 8) | (7 << 13) | (1 << 20) | (1 << 24) | (1 << 26) | (1 << 27), 0],
};

/** Where a guest of Xen asks for its hypercall page (Xen's arch-x86/cpuid.h), by the page's address. */
const xenHypercalls: ModelRegister = {
  first: 0x40000000,
  exists: ({ features, enlightenments }) => features.has('msr') && enlightenments === undefined,
  read: ({ hypervisor }) => (hypervisor?.xen ? [0, 0] : raise(Vector.generalProtection)),
  write({ hypervisor }, _number, low, high) {
    if (hypervisor?.xen == null) raise(Vector.generalProtection);
    hypervisor.xen.placeHypercalls((high >>> 0) * 2 ** 32 + (low >>> 0));
  },
};

const registers: readonly ModelRegister[] = [
  timestampCounter,
  timestampAdjust,
  apicBase,
  timestampDeadline,
  stored(0x174, Word.sysenterCs, hasSysenter),
  stored(0x175, Word.sysenterEsp, hasSysenter),
  stored(0x176, Word.sysenterEip, hasSysenter),
  miscEnable,
  architecturalCapabilities,
  extendedFeatures,
  ...memoryTypeRegisters,
  // Address and type of the last machine check; number of banks and status of machine checks.
  zero(0x0, ({ features }) => features.has('mce'), 2),
  zero(0x179, ({ features }) => features.has('mca'), 2),
  debugControl,
  ...svmRegisters,
  kvmWallClock,
  kvmSystemTime,
  kvmStealTime,
  kvmEndOfInterrupt,
  ...hyperVRegisters,
  xenHypercalls,
  // Platform id, hard power-on configuration, microcode update and revision.
  ...[0x17, 0x2a, 0x79, 0x8b].map((number) => zero(number, isP6)),
  // SYSCFG, HWCR, TOP_MEM, TOP_MEM2, northbridge configuration, pending interrupts (BIOS and Kernel Developer's Guide for AMD's family 10h): systems read
  // them without a check, and what they say there is none of.
  ...[0xc0010010, 0xc0010015, 0xc001001a, 0xc001001d, 0xc001001f, 0xc0010055].map((number) => zero(number, isAmd64)),
];

/** The rows of each number: several hypervisors have the same. */
const byNumber = new Map<number, ModelRegister[]>();
for (const row of registers)
  for (let n = 0; n < (row.count ?? 1); n++) byNumber.set(row.first + n, [...(byNumber.get(row.first + n) ?? []), row]);

function find(cpu: Cpu, number: number): ModelRegister {
  const row = byNumber.get(number)?.find((one) => one.exists(cpu.model));
  if (row !== undefined) return row;
  cpu.observer?.missingModelRegister(number);
  return raise(Vector.generalProtection);
}

/** RDMSR: ECX tells which, EDX:EAX gets it. Raises #GP(0) for one that isn't there. */
export function readModelRegister(cpu: Cpu): void {
  const { state } = cpu;
  const number = state[Word.ecx]! >>> 0;
  interceptModelRegister(cpu, number, 0);
  const [low, high] = find(cpu, number).read(cpu, number);
  state[Word.eax] = low;
  state[Word.edx] = high;
}

/** WRMSR: ECX tells which, from EDX:EAX. */
export function writeModelRegister(cpu: Cpu): void {
  const { state } = cpu;
  const number = state[Word.ecx]! >>> 0;
  interceptModelRegister(cpu, number, 1);
  const { write } = find(cpu, number);
  if (write === undefined) raise(Vector.generalProtection);
  write(cpu, number, state[Word.eax]!, state[Word.edx]!);
}

/** RDPMC: this processor has no performance counter. CR4.PCE keeps it from CPL 1-3, before it is intercepted. */
export function readPerformanceCounter({ state }: Cpu): never {
  if ((state[Word.cr4]! & Cr4.pce) === 0 && state[Word.cpl] !== 0) raise(Vector.generalProtection);
  intercept(state, Exit.rdpmc);
  raise(Vector.generalProtection);
}
