import { beforeEach, expect, test } from 'vitest';
import { CpuHotPlug, type ProcessorReport } from '../../../runtime/devices/cpu-hot-plug/index.ts';
import { BASE_PORT, Command, Register } from '../../../runtime/devices/cpu-hot-plug/registers.ts';
import { GeneralEvents } from '../../../runtime/devices/power/general-events.ts';
import { GPE0_PORT } from '../../../runtime/devices/power/registers.ts';
import { restore } from '../../support/restore.ts';
import { Rig } from './rig.ts';

const IDS = [0, 1, 2, 3, 8];
const NOBODY = IDS.length;
/** Bits of the flags. */
const { present, inserting, removing, eject, firmware } = {
  present: 1,
  inserting: 2,
  removing: 4,
  eject: 8,
  firmware: 16,
};

/** The chip with the event that tells of it, and the first and the last of five processors. */
class ProcessorRig extends Rig {
  readonly present = new Set([0, 4]);
  readonly ejected: number[] = [];
  readonly reports: ProcessorReport[] = [];
  readonly events0 = new GeneralEvents(this.ports);
  readonly chip = new CpuHotPlug({
    ports: this.ports,
    localIds: IDS,
    tell: () => this.events0.raise(2),
    isPresent: (processor) => this.present.has(processor),
    eject: (processor) => this.ejected.push(processor),
    reported: (report) => this.reports.push(report),
  });

  in(offset: number, size: 1 | 2 | 4 = 1): number {
    return this.ports.read(BASE_PORT + offset, size);
  }

  out(offset: number, value: number, size: 1 | 2 | 4 = 1): void {
    this.ports.write(BASE_PORT + offset, size, value);
  }

  select(processor: number): void {
    this.out(Register.selector, processor, 4);
  }

  /** Flags of a processor. */
  flags(processor: number): number {
    this.select(processor);
    return this.in(Register.flags);
  }
}

let rig: ProcessorRig;
beforeEach(() => {
  rig = new ProcessorRig();
  rig.select(0);
});

test('at first the ports are a bitmap by IDs of local APICs; a zero written to the first one makes them registers', () => {
  const fresh = new ProcessorRig();
  expect([fresh.in(0), fresh.in(1), fresh.in(2), fresh.in(0, 2), fresh.in(0, 4)]).toEqual([1, 1, 0, 0x101, 0x101]);
  fresh.out(0, 1);
  fresh.out(4, 0);
  expect(fresh.in(0, 4)).toBe(0x101);
  fresh.out(0, 0, 4);
  expect([fresh.in(0, 4), fresh.in(Register.flags), fresh.in(Register.data, 4)]).toEqual([0, present, 0]);
  expect([fresh.in(12, 4), fresh.in(31)]).toEqual([0xffffffff, 0xff]);
});

test('flags tell which processors are there; of one that there cannot be all is 0', () => {
  expect(IDS.map((_, processor) => rig.flags(processor))).toEqual([present, 0, 0, 0, present]);
  expect([rig.flags(NOBODY), rig.in(Register.data, 4)]).toEqual([0, 0]);
  rig.out(Register.command, Command.localId);
  rig.select(4);
  // The command was lost.
  expect(rig.in(Register.data, 4)).toBe(4);
  rig.out(Register.command, Command.localId);
  expect([rig.in(Register.data, 4), rig.in(Register.data), rig.in(Register.dataHigh, 4)]).toEqual([8, 8, 0]);
});

test('one that was plugged in is told by an event until the system has seen it', () => {
  rig.present.add(2);
  rig.chip.inserted(2);
  expect(rig.ports.read(GPE0_PORT, 1)).toBe(4);
  rig.out(Register.command, Command.nextEvent);
  expect([rig.in(Register.data, 4), rig.in(Register.flags)]).toEqual([2, present | inserting]);
  rig.out(Register.flags, inserting);
  expect(rig.in(Register.flags)).toBe(present);
});

test('one that was plugged in before the ports are registers is told by the event alone', () => {
  const fresh = new ProcessorRig();
  fresh.chip.inserted(2);
  fresh.out(0, 0);
  expect([fresh.ports.read(GPE0_PORT, 1), fresh.flags(2)]).toEqual([4, 0]);
});

test('the next one that something happened to is looked for from the selected one on, around the end', () => {
  rig.chip.inserted(1);
  rig.chip.ask(4);
  const next = (from: number) => {
    rig.select(from);
    rig.out(Register.command, Command.nextEvent);
    return rig.in(Register.data, 4);
  };
  expect([0, 1, 2, 4].map(next)).toEqual([1, 1, 4, 4]);
  rig.out(Register.flags, removing);
  expect([2, 4].map(next)).toEqual([1, 1]);
  rig.out(Register.flags, inserting);
  expect([2, 4].map(next)).toEqual([2, 4]);
});

test('the system ejects one that is there and is not the first one', () => {
  rig.chip.ask(4);
  expect(rig.flags(4)).toBe(present | removing);
  rig.out(Register.flags, eject);
  for (const processor of [0, 1, NOBODY]) {
    rig.select(processor);
    rig.out(Register.flags, eject);
  }
  expect(rig.ejected).toEqual([4]);
  rig.present.delete(4);
  rig.chip.gone(4);
  // The system clears what it was told.
  expect(rig.flags(4)).toBe(removing);
});

test('firmware may be asked to eject one; of several bits written the lowest counts', () => {
  rig.select(4);
  rig.out(Register.flags, firmware);
  expect(rig.in(Register.flags)).toBe(present | firmware);
  rig.chip.inserted(4);
  rig.out(Register.flags, inserting | removing | eject | firmware);
  expect([rig.in(Register.flags), rig.ejected]).toEqual([present | firmware, []]);
  rig.chip.gone(4);
  expect(rig.in(Register.flags)).toBe(present);
  rig.select(0);
  rig.out(Register.flags, firmware);
  expect(rig.in(Register.flags)).toBe(present);
});

test('a command that there is not changes nothing', () => {
  rig.select(4);
  rig.out(Register.command, Command.localId);
  rig.out(Register.command, 4);
  expect(rig.in(Register.data, 4)).toBe(8);
});

test('a reset leaves what was to be told, and a loaded state has it', () => {
  rig.chip.inserted(3);
  rig.chip.ask(4);
  rig.select(4);
  rig.out(Register.command, Command.ostEvent);
  rig.out(Register.data, 0x103, 4);
  expect(rig.reports).toEqual([]);
  rig.out(Register.command, Command.ostStatus);
  rig.out(Register.data, 0x84, 4);
  expect(rig.reports).toEqual([{ processor: 4, event: 0x103, status: 0x84 }]);
  rig.chip.reset();
  const other = new ProcessorRig();
  restore(other.chip.component, rig.chip.component.save());
  expect([other.flags(3), other.flags(4)]).toEqual([inserting, present | removing]);
  expect(other.chip.component.show().join('\n')).toMatch(/ostEvents.*259/);
});
