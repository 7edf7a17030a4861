import type { ConfigRegister } from '../pci/function.ts';
import { ACCESS_CAPABILITY, MEMORY_BAR, NOTIFY_MULTIPLIER, Structure } from './registers.ts';

const VENDOR_SPECIFIC = 0x09;
/** Bytes of a capability (4.1.4), and of one with a word more. */
const [SHORT, LONG] = [16, 20];
const FIRST = 0x40;

/** The last capability, through which configuration space reaches memory (4.1.4.9). */
export const Access = { bar: 4, offset: 8, length: 12, data: 16 } as const;

interface Capability {
  readonly type: number;
  readonly offset?: number;
  readonly length?: number;
  readonly bytes: number;
  /** Registers of its own, from its start. */
  readonly registers?: readonly ConfigRegister[];
}

const capabilities: readonly Capability[] = [
  { ...Structure.common, bytes: SHORT },
  { ...Structure.isr, bytes: SHORT },
  { ...Structure.device, bytes: SHORT },
  { ...Structure.notify, bytes: LONG, registers: [{ offset: SHORT, size: 4, value: NOTIFY_MULTIPLIER }] },
  {
    type: ACCESS_CAPABILITY,
    bytes: LONG,
    registers: [
      { offset: Access.bar, size: 1, writable: 0xff },
      { offset: Access.offset, size: 4, writable: 0xffffffff },
      { offset: Access.length, size: 4, writable: 0xffffffff },
    ],
  },
];

/** Where each capability stands in configuration space. */
const places = capabilities.map((_, n) => capabilities.slice(0, n).reduce((at, { bytes }) => at + bytes, FIRST));

/** Where the one for accesses stands. */
export const ACCESS_AT = places.at(-1)!;

/** Where a capability more may stand, before the others in the list. */
export const MORE_AT = ACCESS_AT + LONG;
export const MORE_NEXT = FIRST;

/** Registers of the configuration space that tell where a function's structures are. */
export const capabilityRegisters: readonly ConfigRegister[] = capabilities.flatMap((capability, n) =>
  registersOf(capability, places[n]!, places[n + 1] ?? 0),
);

function registersOf(capability: Capability, at: number, next: number): ConfigRegister[] {
  const { type, offset = 0, length = 0, bytes, registers = [] } = capability;
  return [
    { offset: at, size: 4, value: (VENDOR_SPECIFIC | (next << 8) | (bytes << 16) | (type << 24)) >>> 0 },
    { offset: at + 4, size: 1, value: type === ACCESS_CAPABILITY ? 0 : MEMORY_BAR },
    { offset: at + 8, size: 4, value: offset },
    { offset: at + 12, size: 4, value: length },
    ...registers.map((register) => ({ ...register, offset: at + register.offset })),
  ];
}
