import { Subsystem } from '../pci/registers.ts';
import { type Command, refuse } from './command.ts';
import { Pci } from './pci.ts';
import {
  ALL_NAMESPACES,
  Code,
  EntryShift,
  EVENT_COMMANDS,
  FIRMWARE,
  MODEL,
  MOST_NAMESPACES,
  NAMESPACE,
  Temperature,
  TRANSFER_SHIFT,
  VERSION,
} from './registers.ts';

const IDENTIFY_BYTES = 4096;

/** The structure that Identify asks for: the lower byte of dword 10 (5.15.1). */
const Structure = { namespace: 0, controller: 1, activeNamespaces: 2, descriptors: 3 } as const;

/** Fields of the Identify Controller structure (5.15.2.2): offset, bytes, value. All others are 0. */
const controllerFields: readonly (readonly [offset: number, size: 1 | 2 | 4, value: number])[] = [
  [0, 2, Pci.vendorId],
  [2, 2, Subsystem.vendor],
  // Commands taken together.
  [72, 1, 6],
  // The maker of QEMU's addresses, the lowest byte first.
  [73, 1, 0x00],
  [74, 1, 0x54],
  [75, 1, 0x52],
  [77, 1, TRANSFER_SHIFT],
  [80, 4, VERSION],
  // Tells of changes of namespaces.
  [92, 4, 1 << 8],
  // An I/O controller.
  [111, 1, 1],
  // Commands to be aborted, and for events, at most, 0's based.
  [258, 1, 3],
  [259, 1, EVENT_COMMANDS - 1],
  // One place for firmware, only to be read; logs of each namespace, of commands, of any length.
  [260, 1, 3],
  [261, 1, 7],
  [266, 2, Temperature.warning],
  [268, 2, Temperature.critical],
  [512, 1, EntryShift.submission * 0x11],
  [513, 1, EntryShift.completion * 0x11],
  [516, 4, MOST_NAMESPACES],
  // Compare, dataset management, write zeroes, select in get features.
  [520, 2, 0x1d],
  // There is a volatile write cache; a flush can be for all namespaces.
  [525, 1, 7],
  // The only power state: 25 W, microseconds to enter and to leave.
  [2048, 2, 2500],
  [2052, 4, 16],
  [2056, 4, 4],
];

/** A disk as it is told. */
export interface Namespace {
  /** Size in sectors of 512 bytes. */
  readonly sectors: number;
  readonly isReadOnly: boolean;
}

/**
 * The data for an Identify command.
 * @throws Refusal
 */
export function identify(command: Command, serial: string, namespace: Namespace): Uint8Array {
  const { namespace: number } = command;
  switch (command.dword(10) & 0xff) {
    case Structure.namespace:
      return checkedNamespace(number) === NAMESPACE ? namespaceBytes(namespace) : nothing();
    case Structure.controller:
      return controllerBytes(serial);
    case Structure.activeNamespaces:
      return activeNamespaces(number);
    case Structure.descriptors:
      return checkedNamespace(number) === NAMESPACE ? descriptors() : refuse(Code.invalidField);
    default:
      return refuse(Code.invalidField);
  }
}

const nothing = (): Uint8Array => new Uint8Array(IDENTIFY_BYTES);

function checkedNamespace(number: number): number {
  return number >= 1 && number <= MOST_NAMESPACES ? number : refuse(Code.invalidNamespace);
}

function controllerBytes(serial: string): Uint8Array {
  const bytes = nothing();
  const view = new DataView(bytes.buffer);
  for (const [offset, size, value] of controllerFields) {
    if (size === 4) view.setUint32(offset, value, true);
    else if (size === 2) view.setUint16(offset, value, true);
    else bytes[offset] = value;
  }
  putText(bytes, 4, serial.padEnd(20));
  putText(bytes, 24, MODEL.padEnd(40));
  putText(bytes, 64, FIRMWARE.padEnd(8));
  putText(bytes, 768, `nqn.2019-08.org.qemu:${serial}`);
  return bytes;
}

export function putText(bytes: Uint8Array, at: number, text: string): void {
  for (let n = 0; n < text.length; n++) bytes[at + n] = text.charCodeAt(n);
}

/**
 * The Identify Namespace structure (5.15.2.1): all space is used; one format, of sectors; discards work best in units
 * of 4 KB.
 */
function namespaceBytes({ sectors, isReadOnly }: Namespace): Uint8Array {
  const bytes = nothing();
  const view = new DataView(bytes.buffer);
  for (const offset of [0, 8, 16]) {
    view.setUint32(offset, sectors % 2 ** 32, true);
    view.setUint32(offset + 4, Math.floor(sectors / 2 ** 32), true);
  }
  // What follows at 64 is there.
  bytes[24] = 1 << 4;
  for (const granularity of [68, 70]) view.setUint16(granularity, 7, true);
  bytes[99] = Number(isReadOnly);
  // Format 0: bytes of a block, as a power of 2.
  bytes[130] = 9;
  return bytes;
}

/** Numbers above the given one. */
function activeNamespaces(above: number): Uint8Array {
  if (above >= ALL_NAMESPACES - 1) refuse(Code.invalidNamespace);
  const bytes = nothing();
  if (above < NAMESPACE) bytes[0] = NAMESPACE;
  return bytes;
}

/** One: its command set is that of NVM. A name of its own it has none, as QEMU's. */
function descriptors(): Uint8Array {
  const bytes = nothing();
  bytes.set([4, 1, 0, 0, 0]);
  return bytes;
}
