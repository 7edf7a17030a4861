import { PAGE_SHIFT } from '../../translator/abi/page.ts';
import { Word } from '../../translator/abi/state.ts';
import type { Cpu } from '../cpu/cpu.ts';
import type { LocalApics } from '../devices/local-apic/set.ts';
import { SHARED_BYTES } from '../devices/xen-platform/registers.ts';
import { BootError } from '../firmware/load/index.ts';
import { balloonStreams } from '../host/balloon.ts';
import { hostNetworkPort } from '../host/network-port.ts';
import { ports as hostPorts } from '../host/ports.ts';
import type { Mmu } from '../memory/mmu.ts';
import { Layer, type PhysicalMap } from '../memory/physical-map.ts';
import { PAGE_BYTES, SPECIAL_BASE, SPECIAL_PAGES } from '../xen/abi.ts';
import type { Xen } from '../xen/index.ts';
import type { Board } from './board.ts';
import { cardsWith } from './cards.ts';
import { XEN_VERSION } from './catalogue/xen.ts';
import type { MachineConfig } from './config.ts';
import { drivesAt } from './drives.ts';

/** Bytes of the machine's buffer for what a guest shares with Xen besides its own memory (GuestRam.reserve). */
export function xenBytes({ xen }: MachineConfig): number {
  return xen !== true ? 0 : SHARED_BYTES + SPECIAL_PAGES * PAGE_BYTES;
}

/** The board, as Xen asks it for something and tells it of something. */
export interface XenSurroundings {
  readonly secondsAtStart: () => number;
  /** The guest has unplugged emulated devices. */
  readonly unplugged: () => void;
}

/**
 * Xen around the guest, with the back ends of its drives and cards; null: the machine has none. Its part comes after those of all other devices:
 * its disks begin again with what was under way when a state was saved, after the IDE's have given theirs up.
 */
export function makeXen(
  board: Board,
  map: PhysicalMap,
  localApics: LocalApics | null,
  surroundings: XenSurroundings,
): Xen | null {
  const { config, door, guestError } = board;
  if (config.xen !== true) return null;
  if (localApics === null)
    throw new BootError('Xen takes a processor with a local APIC; give another model (-cpu), or leave Xen out');
  const firstFrame = map.ram.reserve(SHARED_BYTES);
  const special = map.ram.reserve(SPECIAL_PAGES << PAGE_SHIFT);
  const length = SPECIAL_PAGES << PAGE_SHIFT;
  map.add({ name: 'xen pages', layer: Layer.memory, base: SPECIAL_BASE, length, reads: special, writes: special });
  const { Xen } = board.devices.module('xen');
  return new Xen({
    ...{ ...board, map, firstFrame, localApics: localApics.all, ...surroundings },
    version: config.xenVersion ?? XEN_VERSION,
    memoryBytes: config.memoryBytes,
    device: board.pciSlot('xen-platform'),
    disks: drivesAt('xen', config).map(({ name, index }) => ({ name, index, port: board.blockPort(name) })),
    cards: cardsWith(board, (model) => model === 'xen-net-device').map(({ name, mac }) => {
      return { name, mac, port: hostNetworkPort(door, name, guestError) };
    }),
    // The host asks one balloon: that of virtio where there are two.
    balloon: config.balloon === undefined ? balloonStreams(door) : null,
    consoles: Array.from({ length: config.xenConsoles ?? 0 }, (_, n) => door.stream(hostPorts.xenConsole(n))),
    keyboard:
      config.xenKeyboard === true
        ? { keys: door.stream(hostPorts.xenKeyboard), pointer: door.stream(hostPorts.xenPointer) }
        : null,
    hasFramebuffer: config.xenFramebuffer === true,
  });
}

/** Connects Xen to the processor that makes hypercalls. */
export function connectXen(xen: Xen | null, cpu: Cpu, { paging }: Mmu, running: () => number): void {
  xen?.connect({
    paging,
    registers: {
      get: (register) => cpu.state[Word.eax + register]!,
      set: (register, value) => {
        cpu.state[Word.eax + register] = value;
      },
    },
    isSystem: () => cpu.state[Word.cpl] === 0,
    running: () => ({
      processor: running(),
      timestampOffset: [cpu.state[Word.timestampOffsetLow]!, cpu.state[Word.timestampOffsetHigh]!],
    }),
  });
}
