import { describe, expect, test } from 'vitest';
import { UsbStorage } from '../../../../runtime/devices/usb-storage/index.ts';
import { Link, Operational, Part, Port, RingControl } from '../../../../runtime/devices/xhci/registers.ts';
import { Code, TrbControl, TrbType } from '../../../../runtime/devices/xhci/trb.ts';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { MemoryBlock } from '../../../support/memory-block.ts';
import { devicePlace, hidRig, Place, ringPlace, typed, XhciRig } from './xhci-rig.ts';

const [INTERRUPT_IN, BULK_IN, BULK_OUT, CONTROL, ISOCHRONOUS_IN] = [7, 6, 2, 4, 5];
const SECTORS = 1024;
const { chain, interrupt, shortInterrupt } = TrbControl;
const NORMAL = typed(TrbType.normal);

/** An input device with an address, which is configured. */
function hidInUse(kind = 'tablet') {
  const { rig, line } = hidRig(kind);
  const { slot } = rig.address(0);
  rig.configure(slot, { 3: [INTERRUPT_IN, 8] });
  rig.control(slot, [0, 9, 1, 0, 0]);
  return { rig, line, slot };
}

/** An event of the tablet's line: a place. */
const movedTo = (x: number, y: number) => Uint8Array.of(x & 0xff, x >> 8, y & 0xff, y >> 8, 0, 0);

function storageRig() {
  const disk = Uint8Array.from({ length: SECTORS * 512 }, (_, n) => (n * 7 + (n >> 9)) & 0xff);
  let [port, device] = [null as unknown as MemoryBlock, null as unknown as UsbStorage];
  const rig = new XhciRig((made) => {
    port = new MemoryBlock('usb0', disk, made);
    device = new UsbStorage({ name: 'usb0', speed: 'high', port });
    return [device];
  }).start();
  const { slot } = rig.address(0);
  rig.configure(slot, { 3: [BULK_IN, 512], 4: [BULK_OUT, 512] });
  rig.control(slot, [0, 9, 1, 0, 0]);
  return { rig, port, device, disk, slot };
}

/** The block that asks the disk for sectors. */
function readCommand(rig: XhciRig, sector: number, count: number): void {
  const view = new DataView(rig.bytes.buffer, Place.data);
  rig.bytes.fill(0, Place.data, Place.data + 31);
  view.setUint32(0, 0x43425355, true);
  view.setUint32(8, count * 512, true);
  view.setUint8(12, 0x80);
  view.setUint8(14, 10);
  rig.bytes.set([0x28, 0, 0, 0, sector >> 8, sector & 0xff, 0, 0, count], Place.data + 15);
}

describe('ports', () => {
  test('tell of a device, and enable it by a reset', () => {
    const { rig } = hidRig();
    expect(rig.port(5)).toBe(0x20ee1);
    rig.writePort(5, Port.power | Port.reset);
    expect(rig.port(5)).toBe(0x220e03);
    expect(rig.takeEvents()).toMatchObject([{ type: TrbType.portEvent, parameter: 5 * 2 ** 24, code: Code.success }]);
    rig.writePort(5, Port.power | Port.resetChanged | Port.connectChanged);
    expect(rig.port(5)).toBe(0x00e03);
    rig.writePort(5, Port.power | Port.enabled);
    expect(rig.port(5) & Port.enabled).toBe(0);
  });

  test('where nothing is, nothing is reset', () => {
    const { rig } = hidRig();
    rig.writePort(6, Port.power | Port.reset);
    rig.writePort(1, Port.power | Port.warmReset);
    expect([rig.port(1), rig.port(6)]).toEqual([0x202a0, 0x202a0]);
    expect(rig.takeEvents()).toEqual([]);
  });

  test('a suspended device wakes the host, if it may', () => {
    const { rig, line, slot } = hidInUse();
    const linkOf = () => (rig.port(5) & Port.stateMask) >> Port.stateShift;
    const move = (link: number) => rig.writePort(5, Port.power | Port.stateStrobe | (link << Port.stateShift));
    rig.transfer(slot, 3, [Place.data, 8, NORMAL | interrupt]);
    rig.writePort(5, Port.power | Port.connectChanged | Port.resetChanged);
    move(Link.suspended);
    line.onInput(movedTo(1, 2));
    expect([linkOf(), rig.takeEvents()]).toEqual([Link.suspended, []]);
    move(Link.active);
    expect(rig.takeEvents().map(({ type }) => type)).toEqual([TrbType.portEvent, TrbType.transferEvent]);
    rig.control(slot, [0, 3, 1, 0, 0]);
    rig.transfer(slot, 3, [Place.data, 8, NORMAL | interrupt]);
    rig.writePort(5, Port.power | Port.stateChanged);
    move(Link.suspended);
    line.onInput(movedTo(3, 4));
    expect(linkOf()).toBe(Link.resume);
    expect(rig.takeEvents()).toMatchObject([{ type: TrbType.portEvent }]);
  });
});

describe('commands', () => {
  test('a slot, an address, and a configuration', () => {
    const { rig } = hidRig();
    const { slot, code } = rig.address(0);
    expect([slot, code]).toEqual([1, Code.success]);
    expect(rig.context(devicePlace(1), 0).slice(0, 4)).toEqual([1 << 27, 5 << 16, 0, (2 << 27) | 1]);
    expect(rig.context(devicePlace(1), 1)[0]).toBe(1);
    expect(rig.configure(slot, { 3: [INTERRUPT_IN, 8] })).toBe(Code.success);
    expect(rig.context(devicePlace(1), 0)[3]).toBe((3 << 27) | 1);
    expect(rig.context(devicePlace(1), 3)[0]).toBe(1);
    expect(rig.command(TrbType.resetDevice, 0, slot << 24).code).toBe(Code.success);
    expect(rig.context(devicePlace(1), 3)[0]).toBe(0);
    expect(rig.context(devicePlace(1), 0)[3]).toBe(1 << 27);
    expect(rig.command(TrbType.disableSlot, 0, slot << 24).code).toBe(Code.success);
    expect(rig.command(TrbType.disableSlot, 0, slot << 24).code).toBe(Code.slotNotEnabled);
  });

  test('an address may wait until the device was asked at address 0', () => {
    const { rig } = hidRig();
    const { slot, code } = rig.address(0, TrbControl.blockAddress);
    expect(code).toBe(Code.success);
    expect(rig.context(devicePlace(slot), 0)[3]).toBe(1 << 27);
    expect(rig.control(slot, [0x80, 6, 0x100, 0, 8])).toHaveLength(8);
    rig.input(0, 3, { 0: [1 << 27, 5 << 16], 1: [0, (64 << 16) | (CONTROL << 3), ringPlace(slot, 1) | 0x31, 0] });
    expect(rig.command(TrbType.addressDevice, Place.input, slot << 24).code).toBe(Code.success);
    expect(rig.control(slot, [0x80, 8, 0, 0, 1])).toEqual(Uint8Array.of(0));
  });

  test('there are as many slots as are enabled', () => {
    const { rig } = hidRig();
    const codes = Array.from({ length: 9 }, () => rig.command(TrbType.enableSlot).code);
    expect(codes).toEqual([...Array(8).fill(Code.success), Code.noSlots]);
  });
});

describe('what makes no sense as a command', () => {
  test.each([
    ['a port without a device', [1 << 27, 6 << 16], Code.transaction],
    ['a port that is none', [1 << 27, 9 << 16], Code.transaction],
    ['a route to a hub', [(1 << 27) | 1, 5 << 16], Code.parameter],
  ])('no address for %s', (_, slotWords, code) => {
    const { rig } = hidRig();
    rig.writePort(5, Port.power | Port.reset);
    const { slot } = rig.command(TrbType.enableSlot);
    rig.input(0, 3, { 0: slotWords, 1: rig.endpoint(slot, 1, CONTROL, 64) });
    expect(rig.command(TrbType.addressDevice, Place.input, slot << 24).code).toBe(code);
  });

  test('no address for a port that was not reset, nor for a device that another slot has', () => {
    const { rig } = hidRig();
    const { slot } = rig.command(TrbType.enableSlot);
    const address = (one: number) => {
      rig.input(0, 3, { 0: [1 << 27, 5 << 16], 1: rig.endpoint(one, 1, CONTROL, 64) });
      return rig.command(TrbType.addressDevice, Place.input, one << 24).code;
    };
    expect(address(slot)).toBe(Code.transaction);
    expect(rig.address(0).code).toBe(Code.success);
    expect(address(slot)).toBe(Code.trb);
  });

  test.each([
    ['an isochronous endpoint', { 3: [ISOCHRONOUS_IN, 64] }, Code.bandwidth],
    ['one in the wrong direction', { 3: [BULK_OUT, 64] }, Code.parameter],
    ['one without packets', { 3: [BULK_IN, 0] }, Code.parameter],
  ] as const)('%s is refused, and nothing changes', (_, endpoints, code) => {
    const { rig, slot } = hidInUse();
    expect(rig.configure(slot, endpoints)).toBe(code);
    expect(rig.context(devicePlace(slot), 3)[0]).toBe(1);
  });

  test('what is none, and what is for no endpoint', () => {
    const { rig, slot } = hidInUse();
    const of = (index: number) => ((slot << 24) | (index << 16)) >>> 0;
    expect(rig.command(40).code).toBe(Code.trb);
    expect(rig.command(TrbType.noOperationCommand).code).toBe(Code.success);
    expect(rig.command(TrbType.stopEndpoint, 0, of(0)).code).toBe(Code.trb);
    expect(rig.command(TrbType.stopEndpoint, 0, of(5)).code).toBe(Code.endpointNotEnabled);
    expect(rig.command(TrbType.resetEndpoint, 0, of(3)).code).toBe(Code.contextState);
    expect(rig.command(TrbType.setDequeue, 1, of(3)).code).toBe(Code.contextState);
    expect(rig.command(TrbType.stopEndpoint, 0, 0x7f << 24).code).toBe(Code.slotNotEnabled);
  });

  test('the ring can be stopped, and put elsewhere', () => {
    const { rig } = hidRig();
    rig.command(TrbType.noOperationCommand);
    const control = () => rig.read(Part.operational + Operational.commandRing);
    expect(control()).toBe(RingControl.running);
    rig.operational(Operational.commandRing, RingControl.abort);
    rig.operational(Operational.commandRingHigh, 0);
    expect([control(), rig.takeEvents()[0]!.code]).toEqual([0, Code.ringStopped]);
    rig.putTrb(0x7000, [0x7100, 0, typed(TrbType.link)]);
    rig.putTrb(0x7100, [0, 0, typed(TrbType.noOperationCommand)]);
    rig.operational(Operational.commandRing, 0x7000 | RingControl.cycle);
    rig.operational(Operational.commandRingHigh, 0);
    rig.write(Part.doorbells, 0);
    expect(rig.takeEvents()).toMatchObject([{ code: Code.success, parameter: 0x7100 }]);
  });
});

describe('transfers', () => {
  test('of control: descriptors of high speed', () => {
    const { rig } = hidRig();
    const { slot } = rig.address(0);
    const device = rig.control(slot, [0x80, 6, 0x100, 0, 18]) as Uint8Array;
    expect([...device.subarray(0, 8)]).toEqual([18, 1, 0x00, 0x02, 0, 0, 0, 64]);
    const qualifier = rig.control(slot, [0x80, 6, 0x600, 0, 10]) as Uint8Array;
    expect([...qualifier]).toEqual([10, 6, 0x00, 0x02, 0, 0, 0, 8, 1, 0]);
    const configuration = rig.control(slot, [0x80, 6, 0x200, 0, 255]) as Uint8Array;
    expect([...configuration.slice(-7)]).toEqual([7, 5, 0x81, 3, 8, 0, 7]);
    const other = rig.control(slot, [0x80, 6, 0x700, 0, 255]) as Uint8Array;
    expect([other[1], other.length, other.at(-1)]).toEqual([7, configuration.length, 8]);
  });

  test('that stall halt the endpoint until it is reset, and its ring goes on elsewhere', () => {
    const { rig } = hidRig();
    const { slot } = rig.address(0);
    const place = ((slot << 24) | (1 << 16)) >>> 0;
    expect(rig.control(slot, [0x80, 6, 0x900, 0, 8])).toBe(Code.stall);
    expect(rig.context(devicePlace(slot), 1)[0]).toBe(2);
    rig.ring(slot, 1);
    expect(rig.takeEvents()).toEqual([]);
    expect(rig.command(TrbType.resetEndpoint, 0, place).code).toBe(Code.success);
    expect(rig.context(devicePlace(slot), 1)[0]).toBe(3);
    const next = ringPlace(slot, 1) + 3 * 16;
    expect(rig.command(TrbType.setDequeue, next | 1, place).code).toBe(Code.success);
    expect(rig.context(devicePlace(slot), 1)[2]).toBe(next | 1);
    expect(rig.control(slot, [0x80, 8, 0, 0, 1])).toEqual(Uint8Array.of(0));
  });

  test('wait for the device, and end when it has something', () => {
    const { rig, line, slot } = hidInUse();
    expect(rig.transfer(slot, 3, [Place.data, 8, NORMAL | interrupt | shortInterrupt])).toEqual([]);
    line.onInput(movedTo(0x1234, 0x4567));
    expect(rig.takeEvents()).toMatchObject([{ code: Code.shortPacket, value: 2, slot, endpoint: 3 }]);
    expect([...rig.bytes.subarray(Place.data, Place.data + 6)]).toEqual([0, 0x34, 0x12, 0x67, 0x45, 0]);
  });

  test('that were stopped tell how far they have come, and go on', () => {
    const { rig, line, slot } = hidInUse();
    const [place] = rig.queue(slot, 3, [Place.data, 8, NORMAL | interrupt]);
    rig.ring(slot, 3);
    const target = ((slot << 24) | (3 << 16)) >>> 0;
    expect(rig.command(TrbType.stopEndpoint, 0, target).code).toBe(Code.success);
    expect(rig.context(devicePlace(slot), 3)[0]).toBe(3);
    line.onInput(movedTo(1, 1));
    expect(rig.takeEvents()).toEqual([]);
    rig.ring(slot, 3);
    expect(rig.takeEvents()).toMatchObject([{ code: Code.shortPacket, parameter: place }]);
  });
});

describe('transfers of more', () => {
  test('of a disk: in pieces, over links, with data of events; what the disk does not have yet comes later', () => {
    const { rig, port, disk, slot } = storageRig();
    readCommand(rig, 3, 200);
    expect(rig.transfer(slot, 4, [Place.data, 31, NORMAL | interrupt])).toMatchObject([{ code: Code.success }]);
    const ring = ringPlace(slot, 3);
    const [first, second] = [0x90000, 0xa8000];
    rig.queue(slot, 3, [first, 66_000, NORMAL | chain], [ring + 0x200, 0, typed(TrbType.link, chain)]);
    rig.putTrb(ring + 0x200, [second, 200 * 512 - 66_000, NORMAL | chain | shortInterrupt]);
    rig.putTrb(ring + 0x210, [[0xabcd, 0x98765432], 0, typed(TrbType.eventData, interrupt)]);
    rig.putTrb(ring + 0x220, [Place.data, 13, NORMAL | interrupt]);
    rig.ring(slot, 3);
    expect(rig.takeEvents()).toEqual([]);
    rig.advance(1e9);
    expect(rig.takeEvents()).toMatchObject([
      { code: Code.success, parameter: 0xabcd, high: 0x98765432, value: 200 * 512, isData: true },
      { code: Code.success, parameter: ring + 0x220, value: 0 },
    ]);
    const read = [...rig.bytes.slice(first, first + 66_000), ...rig.bytes.slice(second, second + 200 * 512 - 66_000)];
    expect(Buffer.from(read).equals(Buffer.from(disk.slice(3 * 512, 203 * 512)))).toBe(true);
    expect(port.requests).toEqual(['read 3+128', 'read 131+72']);
  });

  test('that make no sense: the codes of the specification', () => {
    const { rig, slot } = hidInUse();
    expect(rig.transfer(slot, 1, [0, 4, typed(TrbType.setup)])).toMatchObject([{ code: Code.trb }]);
    expect(rig.context(devicePlace(slot), 1)[0]).toBe(4);
    const ring = ringPlace(slot, 3);
    rig.putTrb(ring, [ring, 0, typed(TrbType.link)]);
    rig.ring(slot, 3);
    expect(rig.takeEvents()).toMatchObject([{ code: Code.trb, endpoint: 3 }]);
    rig.ring(slot, 9);
    expect(rig.mistakes.at(-1)).toBe('xhci: a doorbell of no ring, slot 1');
  });

  test('of a packet that is too long babble, and those to a device that was reset get no answer', () => {
    const { rig, line, slot } = hidInUse();
    line.onInput(movedTo(1, 1));
    expect(rig.transfer(slot, 3, [Place.data, 4, NORMAL])).toMatchObject([{ code: Code.babble, value: 4 }]);
    rig.writePort(5, Port.power | Port.reset);
    rig.takeEvents();
    expect(rig.control(slot, [0x80, 8, 0, 0, 1])).toBe(Code.transaction);
  });
});

test('a snapshot in the middle of a transfer goes on where it was', () => {
  const before = storageRig();
  readCommand(before.rig, 0, 200);
  before.rig.transfer(before.slot, 4, [Place.data, 31, NORMAL]);
  before.rig.transfer(before.slot, 3, [0x90000, 200 * 512, NORMAL | interrupt]);
  // The first half is there, and the second is asked for.
  while (before.port.requests.length < 2) before.rig.advance(before.rig.events.nextDeadline() - before.rig.clock.now());
  expect(before.rig.takeEvents()).toEqual([]);
  const after = storageRig();
  const parts = ({ rig, device }: ReturnType<typeof storageRig>) => [
    rig.clock.component,
    rig.events.component,
    device.component,
    rig.xhci.component,
    rig.xhci.pciFunction.component,
  ];
  loadComponents(parts(after), saveComponents(parts(before)));
  after.rig.bytes.set(before.rig.bytes);
  after.rig.advance(1e9);
  expect(after.rig.takeEvents().at(-1)).toMatchObject({ code: Code.success, value: 0, endpoint: 3 });
  const read = after.rig.bytes.slice(0x90000, 0x90000 + 200 * 512);
  expect(Buffer.from(read).equals(Buffer.from(after.disk.slice(0, 200 * 512)))).toBe(true);
});
