import { Vector } from '../../../translator/abi/faults.ts';
import { Word } from '../../../translator/abi/state.ts';
import { raise } from '../../fault.ts';
import { localApicOf } from '../apic-registers.ts';
import type { Cpu } from '../cpu.ts';
import type { ModelRegister } from '../model-register.ts';
import { TIMESTAMP_HERTZ } from '../timestamp.ts';
import { HYPERCALL_REGISTER, type HyperVPartition, type PartitionRegister } from './partition.ts';

/** Registers by their numbers (Hypervisor Top Level Functional Specification 6.0b, appendix F). */
const Register = {
  guestSystem: 0x40000000,
  hypercall: 0x40000001,
  processorIndex: 0x40000002,
  reset: 0x40000003,
  referenceCount: 0x40000020,
  referenceTsc: 0x40000021,
  tscFrequency: 0x40000022,
  apicFrequency: 0x40000023,
  endOfInterrupt: 0x40000070,
  interruptCommand: 0x40000071,
  taskPriority: 0x40000072,
  assistPage: 0x40000073,
} as const;

/** Offsets of the local APIC's registers. */
const Apic = { taskPriority: 0x80, endOfInterrupt: 0xb0, commandLow: 0x300, commandHigh: 0x310 } as const;
/** The reference time counts units of 100 ns. */
const UNIT = 100;
const TWO_32 = 2 ** 32;
const ASSIST_BYTES = 4;

const isEnlightened: ModelRegister['exists'] = ({ enlightenments }) => enlightenments !== undefined;
const hasApic: ModelRegister['exists'] = (model) => isEnlightened(model) && model.features.has('apic');

function partitionOf({ hypervisor }: Cpu): HyperVPartition {
  return hypervisor?.hyperV ?? raise(Vector.generalProtection);
}

/** A register that can only be read. */
function constant(first: number, value: (cpu: Cpu) => number): ModelRegister {
  return {
    first,
    exists: isEnlightened,
    read(cpu) {
      const number = value(cpu);
      return [(number % TWO_32) | 0, Math.floor(number / TWO_32)];
    },
  };
}

/** A register that all processors share. */
function shared(name: PartitionRegister, write: NonNullable<ModelRegister['write']>): ModelRegister {
  return { first: Register[name], exists: isEnlightened, read: (cpu) => partitionOf(cpu).read(name), write };
}

const nothing = (): never => raise(Vector.generalProtection);

/** Clears the word that tells that an interrupt needs no end, as its place is that of KVM's guests. */
function writeAssistPage(cpu: Cpu, _number: number, low: number, high: number): void {
  const at = (high >>> 0) * TWO_32 + ((low & ~0xfff) >>> 0);
  const memory = cpu.hypervisor?.memory;
  if ((low & 1) !== 0) {
    if (!memory?.has(at, ASSIST_BYTES)) raise(Vector.generalProtection);
    memory.write(at, new Uint8Array(ASSIST_BYTES));
  }
  localApicOf(cpu).writeEndOfInterruptPlace(low, high);
}

const apicRegisters: readonly ModelRegister[] = [
  {
    first: Register.endOfInterrupt,
    exists: hasApic,
    read: nothing,
    write: (cpu) => localApicOf(cpu).writeBytes(Apic.endOfInterrupt, 4, 0),
  },
  {
    first: Register.interruptCommand,
    exists: hasApic,
    read(cpu) {
      const apic = localApicOf(cpu);
      return [apic.readBytes(Apic.commandLow, 4) | 0, apic.readBytes(Apic.commandHigh, 4) | 0];
    },
    write(cpu, _number, low, high) {
      const apic = localApicOf(cpu);
      apic.writeBytes(Apic.commandHigh, 4, high);
      apic.writeBytes(Apic.commandLow, 4, low);
    },
  },
  {
    first: Register.taskPriority,
    exists: hasApic,
    read: (cpu) => [localApicOf(cpu).readBytes(Apic.taskPriority, 4), 0],
    write: (cpu, _number, low) => localApicOf(cpu).writeBytes(Apic.taskPriority, 4, low),
  },
  {
    first: Register.assistPage,
    exists: hasApic,
    read: (cpu) => localApicOf(cpu).readEndOfInterruptPlace(),
    write: writeAssistPage,
  },
];

/** All registers of Hyper-V's guests. As with QEMU they are there whichever enlightenments a model has, if it has one. */
export const hyperVRegisters: readonly ModelRegister[] = [
  shared('guestSystem', (cpu, _number, low, high) => partitionOf(cpu).writeGuestSystem(low, high)),
  shared('hypercall', (cpu, _number, low, high) => {
    if (!partitionOf(cpu).writeHypercall(low, high)) raise(Vector.generalProtection);
  }),
  shared('referenceTsc', (cpu, _number, low, high) => partitionOf(cpu).writeReferenceTsc(cpu, low, high)),
  constant(Register.processorIndex, (cpu) => partitionOf(cpu).processorOf(cpu)),
  constant(Register.referenceCount, (cpu) => Math.floor(cpu.nanoseconds() / UNIT)),
  constant(Register.tscFrequency, () => TIMESTAMP_HERTZ),
  // Its timer counts nanoseconds, as the TSC does.
  constant(Register.apicFrequency, () => TIMESTAMP_HERTZ),
  {
    first: Register.reset,
    exists: isEnlightened,
    read: () => [0, 0],
    write(cpu, _number, low) {
      if ((low & 1) !== 0) partitionOf(cpu).requestReset();
    },
  },
  {
    first: HYPERCALL_REGISTER,
    exists: isEnlightened,
    read: nothing,
    write(cpu, _number, low) {
      if (!partitionOf(cpu).hasHypercalls) raise(Vector.generalProtection);
      cpu.state[Word.eax] = partitionOf(cpu).call(low);
      cpu.state[Word.edx] = 0;
    },
  },
  ...apicRegisters,
];
