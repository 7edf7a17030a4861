import { expect, test } from 'vitest';
import { Command, Control, Port, Register, Status } from '../../../../runtime/devices/uhci/registers.ts';
import { UsbHid } from '../../../../runtime/devices/usb-hid/index.ts';
import { Pid } from '../../../../runtime/usb/packets.ts';
import { recordedStream } from '../rig.ts';
import { hidRig, reportKinds, UsbRig } from './usb-rig.ts';

const PORT = Register.firstPort;
const CONNECTION = Port.connected | Port.connectChanged | Port.enabled | Port.enableChanged;
const GET_DESCRIPTOR = [0x80, 6, 0x100, 0, 18] as const;

/** A mouse that is in no port yet. */
function mouseFor({ clock, events }: UsbRig): UsbHid {
  return new UsbHid({
    name: 'usb-mouse',
    speed: 'full',
    reports: reportKinds.mouse!(recordedStream(), { clock, events }),
    clock,
    events,
  });
}

test('the port tells that something was plugged in, and is enabled and reset by the guest', () => {
  const rig = new UsbRig(() => []).start();
  expect(rig.control(0, GET_DESCRIPTOR)).toBe('timeout');
  rig.uhci.usbBus.plug(2, mouseFor(rig));
  expect(rig.read(PORT) & CONNECTION).toBe(0);
  expect(rig.read(PORT + 2) & CONNECTION).toBe(Port.connected | Port.connectChanged);
  expect(rig.control(0, GET_DESCRIPTOR)).toBe('timeout');
  rig.write(PORT + 2, Port.clearable);
  rig.configure(1);
  expect(rig.control(2, GET_DESCRIPTOR)).toHaveLength(18);
});

test('what is pulled out answers nothing any more; its port is disabled, and tells both', () => {
  const { rig } = hidRig('mouse');
  expect(rig.control(1, GET_DESCRIPTOR)).toHaveLength(18);
  rig.uhci.usbBus.unplug(1);
  expect(rig.read(PORT) & (CONNECTION | Port.idle)).toBe(Port.connectChanged | Port.enableChanged);
  expect(rig.control(1, GET_DESCRIPTOR)).toBe('timeout');
  rig.write(PORT, Port.clearable | Port.enabled);
  expect(rig.read(PORT) & CONNECTION).toBe(0);
});

test('a transfer that waits for the device ends when that is pulled out', () => {
  const { rig } = hidRig('mouse');
  const [transfer] = rig.queue(1, 1, [{ pid: Pid.in, length: 8, toggle: 0 }]);
  rig.advance(10e6);
  expect(rig.load(transfer!.place + 4) & Control.active).not.toBe(0);
  expect(rig.framesRun(1000)).toBe(0);
  rig.uhci.usbBus.unplug(1);
  rig.advance(10e6);
  expect(rig.load(transfer!.place + 4) & (Control.active | Control.timeout | Control.stalled)).toBe(
    Control.timeout | Control.stalled,
  );
});

test('a device that was used begins anew in another port', () => {
  const { rig, device } = hidRig('mouse');
  rig.uhci.usbBus.unplug(1);
  rig.uhci.usbBus.plug(2, device);
  expect(device.address).toBe(0);
  rig.configure(1, 5);
  expect(rig.control(5, GET_DESCRIPTOR)).toHaveLength(18);
});

test.each(['plug', 'unplug'] as const)('a bus that is suspended wakes up: %s', (what) => {
  const rig = new UsbRig((one) => (what === 'plug' ? [] : [mouseFor(one)])).start();
  rig.write(Register.command, Command.globalSuspend);
  expect(rig.irq.level).toBe(false);
  if (what === 'plug') rig.uhci.usbBus.plug(1, mouseFor(rig));
  else rig.uhci.usbBus.unplug(1);
  expect(rig.read(Register.status) & Status.resume).toBe(Status.resume);
  expect(rig.read(Register.command) & Command.forceResume).toBe(Command.forceResume);
  expect(rig.irq.level).toBe(true);
});

test('a reset of the host finds what is plugged in then', () => {
  const { rig, device } = hidRig('mouse');
  rig.uhci.usbBus.unplug(1);
  rig.write(Register.command, Command.hostReset);
  expect(rig.read(PORT) & CONNECTION).toBe(0);
  rig.uhci.usbBus.plug(1, device);
  rig.write(Register.command, Command.hostReset);
  expect(rig.read(PORT) & CONNECTION).toBe(Port.connected | Port.connectChanged);
});

test.each([0, 1, 3])('port %i takes none', (port) => {
  const { rig, device } = hidRig('mouse');
  expect(() => rig.uhci.usbBus.plug(port, device)).toThrow(`usb port ${port} (bus usb-bus.0) not found (in use?)`);
});
