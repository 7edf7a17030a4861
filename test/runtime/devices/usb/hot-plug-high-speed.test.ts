import { describe, expect, test } from 'vitest';
import { Port as EhciPort, Register, Status } from '../../../../runtime/devices/ehci/registers.ts';
import { Pid, Token } from '../../../../runtime/devices/ehci/schedule.ts';
import { UsbHid } from '../../../../runtime/devices/usb-hid/index.ts';
import { Link, Operational, Part, Port, Status as XhciStatus } from '../../../../runtime/devices/xhci/registers.ts';
import { Code, TrbControl, TrbType } from '../../../../runtime/devices/xhci/trb.ts';
import { type Rig, recordedStream } from '../rig.ts';
import { EhciRig } from './ehci-rig.ts';
import { reportKinds } from './usb-rig.ts';
import { Place, typed, XhciRig } from './xhci-rig.ts';

const GET_DESCRIPTOR = [0x80, 6, 0x100, 0, 18] as const;
const INTERRUPT_IN = 7;

/** A mouse that is in no port yet. */
function mouseFor({ clock, events }: Rig): UsbHid {
  return new UsbHid({
    name: 'usb-mouse',
    speed: 'high',
    reports: reportKinds.mouse!(recordedStream(), { clock, events }),
    clock,
    events,
  });
}

describe('EHCI', () => {
  const CONNECTION = EhciPort.connected | EhciPort.connectChanged | EhciPort.enabled;
  const reset = (rig: EhciRig, n: number) => {
    rig.writePort(n, EhciPort.power | EhciPort.reset);
    rig.writePort(n, EhciPort.power | EhciPort.connectChanged);
  };

  test('the port tells that something was plugged in, and a reset enables it', () => {
    const rig = new EhciRig(() => []).start();
    expect(rig.irq.level).toBe(false);
    rig.ehci.usbBus.plug(2, mouseFor(rig));
    expect([rig.port(0) & CONNECTION, rig.port(1) & CONNECTION]).toEqual([
      0,
      EhciPort.connected | EhciPort.connectChanged,
    ]);
    expect([rig.read(Register.status) & Status.portChange, rig.irq.level]).toEqual([Status.portChange, true]);
    expect(rig.control(0, GET_DESCRIPTOR)).toBeNull();
    reset(rig, 1);
    expect(rig.control(0, GET_DESCRIPTOR)).toHaveLength(18);
  });

  test('what is pulled out answers nothing any more, and what waited for it fails', () => {
    const rig = new EhciRig((one) => [mouseFor(one)]).start();
    rig.configure(1);
    const [transfer] = rig.queue(1, 1, 8, [{ pid: Pid.in, length: 8, token: Token.interrupt }]);
    expect(rig.wait([transfer!])).toBe(false);
    rig.write(Register.status, Status.clearable);
    rig.ehci.usbBus.unplug(1);
    expect(rig.port(0) & CONNECTION).toBe(EhciPort.connectChanged);
    expect(rig.read(Register.status) & Status.portChange).toBe(Status.portChange);
    expect(rig.wait([transfer!])).toBe(true);
    expect(rig.token(transfer!) & (Token.active | Token.halted)).toBe(Token.halted);
    reset(rig, 0);
    expect(rig.port(0) & CONNECTION).toBe(0);
  });
});

describe('xHCI', () => {
  /** Connector 0 has port 5 for USB 2. */
  const linkOf = (rig: XhciRig) => (rig.port(5) & Port.stateMask) >> Port.stateShift;
  const portEvent = { type: TrbType.portEvent, parameter: 5 * 2 ** 24, code: Code.success };

  test('a port event tells that something was plugged in, and a reset enables the port', () => {
    const rig = new XhciRig(() => []).start();
    rig.writePort(5, Port.power | Port.clearable);
    rig.xhci.usbBus.plug(1, mouseFor(rig));
    expect(rig.port(5)).toBe(0x20ee1);
    expect(rig.takeEvents()).toMatchObject([portEvent]);
    expect(rig.read(Part.operational + Operational.status) & XhciStatus.portChange).toBe(XhciStatus.portChange);
    expect(rig.irq.level).toBe(true);
    const { slot, code } = rig.address(0);
    expect(code).toBe(Code.success);
    expect(rig.control(slot, GET_DESCRIPTOR)).toHaveLength(18);
  });

  test('what waited for a device fails when it is pulled out, and the next one needs a new slot', () => {
    const rig = new XhciRig((one) => [mouseFor(one)]).start();
    const [mouse] = rig.xhci.usbBus.devices;
    const { slot } = rig.address(0);
    rig.configure(slot, { 3: [INTERRUPT_IN, 8] });
    rig.control(slot, [0, 9, 1, 0, 0]);
    expect(rig.transfer(slot, 3, [Place.data, 8, typed(TrbType.normal, TrbControl.interrupt)])).toEqual([]);
    rig.writePort(5, Port.power | Port.clearable);
    rig.xhci.usbBus.unplug(1);
    expect([rig.port(5) & (Port.connected | Port.enabled | Port.connectChanged), linkOf(rig)]).toEqual([
      Port.connectChanged,
      Link.detect,
    ]);
    expect(rig.takeEvents()).toMatchObject([portEvent, { type: TrbType.transferEvent, code: Code.transaction, slot }]);
    // Of what has not been cleared it tells no second time.
    rig.xhci.usbBus.plug(1, mouse!);
    expect(rig.takeEvents()).toEqual([]);
    expect(rig.control(slot, GET_DESCRIPTOR)).toBe(Code.transaction);
    expect(rig.command(TrbType.disableSlot, 0, slot << 24).code).toBe(Code.success);
    const next = rig.address(0);
    expect(next.code).toBe(Code.success);
    expect(rig.control(next.slot, GET_DESCRIPTOR)).toHaveLength(18);
  });

  test('one that does not run has it in its port alone', () => {
    const rig = new XhciRig(() => []);
    rig.writePort(5, Port.power | Port.clearable);
    rig.xhci.usbBus.plug(1, mouseFor(rig));
    expect(rig.port(5)).toBe(0x20ee1);
    expect([...rig.bytes].every((byte) => byte === 0)).toBe(true);
  });
});

test.each([
  ['usb-ehci', 6, () => new EhciRig((one) => [mouseFor(one)]).ehci],
  ['qemu-xhci', 4, () => new XhciRig((one) => [mouseFor(one)]).xhci],
] as const)('%s has %i ports, and a port takes one device', (_, ports, make) => {
  const { usbBus } = make();
  const mouse = usbBus.devices[0]!;
  for (const port of [0, 1, ports + 1, 1.5])
    expect(() => usbBus.plug(port, mouse)).toThrow(`usb port ${port} (bus usb-bus.0) not found (in use?)`);
  usbBus.unplug(1);
  expect(() => usbBus.unplug(1)).toThrow('nothing is in usb port 1 (bus usb-bus.0)');
  usbBus.plug(ports, mouse);
});
