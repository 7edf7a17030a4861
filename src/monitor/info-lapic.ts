import { initialApicIds } from '../../runtime/cpu/topology.ts';
import {
  Base,
  Command as CommandBit,
  LocalVector,
  Lvt,
  Register,
  Shorthand,
  Spurious,
  TimerMode,
} from '../../runtime/devices/local-apic/registers.ts';
import { localApicName } from '../../runtime/devices/local-apic/set.ts';
import type { LocalApicState } from '../../runtime/devices/local-apic/state.ts';
import type { Examine } from '../machine/types.ts';
import type { Arguments } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { MonitorError } from './error.ts';

const modes = ['Fixed', '...', 'SMI', '...', 'NMI', 'INIT', '...', 'ExtINT'];
const NMI = 4;
/** The destination format of the flat model. */
const FLAT = 0xf;
/** Bits of a local vector and of the command register that are not in the tables of the chip. */
const Bit = { activeLow: 1 << 13, level: 1 << 15, pending: 1 << 12, assert: 1 << 14, focus: 1 << 9 } as const;
const timerModes = {
  [TimerMode.oneShot]: 'one-shot',
  [TimerMode.periodic]: 'periodic',
  [TimerMode.deadline]: 'tsc-deadline',
};
const shorthands = {
  [Shorthand.none]: 'no-shorthand',
  [Shorthand.self]: 'self',
  [Shorthand.all]: 'all-self',
  [Shorthand.others]: 'all',
};

const hexadecimal = (value: number, digits: number): string => `0x${(value >>> 0).toString(16).padStart(digits, '0')}`;

/** A local APIC, as QEMU's `info lapic` shows it: that of a processor by its number at power-on. */
export async function infoLapic({ numbers }: Arguments, { machine, processor }: CommandContext): Promise<string> {
  const ids = initialApicIds(machine.processorPlaces.topology);
  const number = numbers.id === undefined ? processor.number : ids.indexOf(Number(numbers.id));
  if (!machine.processorPlaces.isPresent(number)) throw new MonitorError('No CPU available');
  const { examine } = machine.processor(number);
  const state = (await examine('stateOf', localApicName(number))) as LocalApicState | undefined;
  if (state === undefined) return 'local apic state not available\n';
  const read = (register: number) => registerAt(examine, state, register);
  const [count, priority] = [await read(Register.currentCount), await read(Register.processorPriority)];
  return [
    `dumping local APIC state for CPU ${String(number).padEnd(2)}\n`,
    ...vectorLines(state),
    timerLine(state, count),
    spuriousLine(state),
    ...commandLines(state),
    `ESR\t ${hexadecimal(state.errors, 8)}`,
    vectorsLine('ISR', state.inService, state.triggerMode),
    vectorsLine('IRR', state.requests, state.triggerMode),
    '',
    priorityLine(state, priority),
    '',
  ].join('\n');
}

/** Where the guest has put the registers. Reading these two changes nothing, but what is not one is an error for the guest: so no others are. */
async function registerAt(examine: Examine, { baseLow }: LocalApicState, register: number): Promise<number> {
  const bytes = await examine('read', 'physical', ((baseLow & Base.address) >>> 0) + register, 4);
  return bytes === null ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

function vectorLines({ localVectors }: LocalApicState): string[] {
  const { lint0, lint1, performance, error, thermal, timer } = LocalVector;
  const rows = { LVT0: lint0, LVT1: lint1, LVTPC: performance, LVTERR: error, LVTTHMR: thermal, LVTT: timer };
  return Object.entries(rows).map(([name, index]) => vectorLine(name, localVectors[index]!, index === timer));
}

function vectorLine(name: string, value: number, isTimer: boolean): string {
  const mode = (value >>> Lvt.modeShift) & Lvt.modeMask;
  const timerMode = timerModes[((value >>> Lvt.timerModeShift) & 3) as keyof typeof timerModes] ?? '';
  const columns = [
    value & Bit.activeLow ? 'active-lo' : 'active-hi',
    (value & Bit.level ? 'level' : 'edge').padEnd(5),
    (value & Lvt.masked ? 'masked' : '').padEnd(6),
    (value & Bit.pending ? 'pending' : '').padEnd(7),
    (isTimer ? timerMode : '').padEnd(12),
    modes[mode]!.padEnd(6),
  ];
  const vector = mode === NMI ? '' : ` (vec ${value & Lvt.vector})`;
  return `${name}\t ${hexadecimal(value, 8)} ${columns.join(' ')}${vector}`;
}

function timerLine({ divide, initialCount }: LocalApicState, count: number): string {
  // Bits 0, 1 and 3: from 2 on doubled; the last is 1 (Intel SDM vol. 3, figure 11-10).
  const divisor = 2 ** (((((divide >> 1) & 4) | (divide & 3)) + 1) % 8);
  return `Timer\t DCR=0x${divide.toString(16)} (divide by ${divisor}) initial_count = ${initialCount >>> 0} current_count = ${count}`;
}

function spuriousLine({ spurious }: LocalApicState): string {
  const isOn = (spurious & Spurious.enabled) !== 0;
  const focus = spurious & Bit.focus ? 'on' : 'off';
  return `SPIV\t ${hexadecimal(spurious, 8)} APIC ${isOn ? 'enabled' : 'disabled'}, focus=${focus}, spurious vec ${spurious & Spurious.vector}`;
}

/** Lines about the last message to other processors. */
function commandLines({ commandLow, commandHigh, destinationFormat }: LocalApicState): string[] {
  const shorthand = (commandLow >>> CommandBit.shorthandShift) & 3;
  const isLogical = (commandLow & CommandBit.logical) !== 0;
  const words = [
    isLogical ? 'logical' : 'physical',
    commandLow & Bit.level ? 'level' : 'edge',
    commandLow & Bit.assert ? 'assert' : 'de-assert',
    shorthands[shorthand as keyof typeof shorthands],
  ];
  const destination =
    shorthand === Shorthand.none ? destinationText(commandHigh >>> 24, isLogical, destinationFormat) : '';
  return [
    `ICR\t ${hexadecimal(commandLow, 8)} ${words.join(' ')}`,
    `ICR2\t ${hexadecimal(commandHigh, 8)}${destination}`,
  ];
}

/** Destinations of the flat model, and of the cluster model, whose high four bits are the cluster. */
function destinationText(destination: number, isLogical: boolean, format: number): string {
  const bits = (value: number, count: number) => value.toString(2).padStart(count, '0');
  if (!isLogical) return ` cpu ${destination & 0xf} (APIC ID)`;
  if (format === FLAT) return ` mask ${bits(destination, 8)} (APIC ID)`;
  return ` cluster ${destination >>> 4} mask ${bits(destination & 0xf, 4)} (APIC ID)`;
}

function vectorsLine(name: string, vectors: readonly number[], levels: readonly number[]): string {
  const isSet = (words: readonly number[], vector: number) => (words[vector >>> 5]! >>> (vector & 31)) & 1;
  const all = Array.from({ length: 256 }, (_, vector) => vector).filter((vector) => isSet(vectors, vector));
  if (all.length === 0) return `${name}\t (none)`;
  return `${name}\t ${all.map((vector) => `${vector}${isSet(levels, vector) ? '(level)' : ''} `).join('')}`;
}

function priorityLine(state: LocalApicState, priority: number): string {
  const { taskPriority, destinationFormat, logicalDestination: logical } = state;
  const cluster = destinationFormat === 0 ? `(cluster ${logical >>> 4}: id ${logical & 0xf})` : '';
  const fields = [taskPriority, destinationFormat].map((value) => hexadecimal(value, 2));
  return `APR 0x00 TPR ${fields[0]} DFR ${fields[1]} LDR ${hexadecimal(logical, 2)}${cluster} PPR ${hexadecimal(priority, 2)}`;
}
