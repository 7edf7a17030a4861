import { describe, expect, test } from 'vitest';
import {
  Command,
  Interrupter,
  Management,
  Operational,
  Part,
  Port,
  RingControl,
  Status,
} from '../../../../runtime/devices/xhci/registers.ts';
import { Code, TrbType } from '../../../../runtime/devices/xhci/trb.ts';
import { EVENTS, hidRig, Place, typed, XhciRig } from './xhci-rig.ts';

describe('events', () => {
  test('interrupt by the pin while they are pending', () => {
    const { rig } = hidRig();
    rig.writePort(5, Port.power | Port.reset);
    expect(rig.irq.level).toBe(true);
    rig.takeEvents();
    rig.interrupter(Interrupter.management, Management.enabled | Management.pending);
    expect(rig.irq.level).toBe(false);
    expect(rig.read(Part.operational + Operational.status)).toBe(Status.interrupt | Status.portChange);
    rig.operational(Operational.status, Status.interrupt | Status.portChange);
    expect(rig.read(Part.operational + Operational.status)).toBe(0);
  });

  test('interrupt by a message, once until the guest is through', () => {
    const { rig } = hidRig();
    const { pciFunction } = rig.xhci;
    rig.write(Part.messages, 0xfee00000);
    rig.write(Part.messages + 8, 0x51);
    rig.write(Part.messages + 12, 0);
    pciFunction.write(0x92, 2, 0x8000);
    rig.write(Part.doorbells, 0);
    rig.putTrb(Place.commands, [0, 0, typed(TrbType.noOperationCommand)]);
    rig.putTrb(Place.commands + 16, [0, 0, typed(TrbType.noOperationCommand)]);
    rig.write(Part.doorbells, 0);
    expect(rig.sent).toHaveLength(1);
    expect(rig.irq.level).toBe(false);
    expect(rig.takeEvents()).toHaveLength(2);
    rig.putTrb(Place.commands + 32, [0, 0, typed(TrbType.noOperationCommand)]);
    rig.write(Part.doorbells, 0);
    expect(rig.sent).toHaveLength(2);
  });

  test('a ring without room says so in its last place', () => {
    const { rig } = hidRig();
    for (let n = 0; n < EVENTS + 10; n++) {
      rig.putTrb(Place.commands + 16 * (n % 64), [0, 0, typed(TrbType.noOperationCommand)], 1);
      if (n % 64 === 63) {
        rig.operational(Operational.commandRing, RingControl.stop);
        rig.operational(Operational.commandRingHigh, 0);
        rig.operational(Operational.commandRing, Place.commands | RingControl.cycle);
        rig.operational(Operational.commandRingHigh, 0);
      }
      rig.write(Part.doorbells, 0);
    }
    const codes = Array.from({ length: EVENTS }, (_, n) => rig.view.getUint32(Place.events + 16 * n + 8, true) >>> 24);
    expect(codes[EVENTS - 2]).toBe(Code.eventRingFull);
    expect(codes.indexOf(Code.eventRingFull)).toBe(EVENTS - 2);
  });

  test.each([
    ['two segments', () => [2, Place.events, EVENTS]],
    ['a segment of eight events', () => [1, Place.events, 8]],
    ['a place that the guest does not read', () => [1, Place.events + 0x4000, 16]],
  ])('%s: the controller stops with an error', (_, wanted) => {
    const { rig } = hidRig();
    const [size, start, events] = wanted() as [number, number, number];
    rig.put(Place.table, start, 0, events, 0);
    rig.interrupter(Interrupter.tableSize, size);
    rig.interrupter(Interrupter.tableHigh, 0);
    rig.writePort(5, Port.power | Port.reset);
    const status = rig.read(Part.operational + Operational.status);
    expect(status & (Status.controllerError | Status.halted)).toBe(Status.controllerError | Status.halted);
    rig.operational(Operational.command, Command.reset);
    expect(rig.read(Part.operational + Operational.status)).toBe(Status.halted);
  });
});

test('rings where no memory is stop the controller', () => {
  const { rig } = hidRig();
  rig.operational(Operational.commandRing, 0xf0000000 | RingControl.cycle);
  rig.operational(Operational.commandRingHigh, 0x12345);
  rig.write(Part.doorbells, 0);
  expect(rig.read(Part.operational + Operational.status) & Status.systemError).toBe(Status.systemError);
});

test('the message address of NEC is in its MSI capability', () => {
  const rig = new XhciRig(() => [], 'nec-usb-xhci').start();
  const { pciFunction } = rig.xhci;
  pciFunction.write(0x74, 4, 0xfee00000);
  pciFunction.write(0x7c, 2, 0x50);
  pciFunction.write(0x72, 2, 0x0041);
  expect(pciFunction.messages()).toHaveLength(16);
  expect(rig.command(TrbType.necFirmware)).toBeUndefined();
  expect(rig.sent).toMatchObject([{ vector: 0x50 }]);
});
