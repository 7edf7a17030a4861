import { describe, expect, test } from 'vitest';
import { Command, Control, Link, Port, Register, Status } from '../../../../runtime/devices/uhci/registers.ts';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { Pid } from '../../../../runtime/usb/packets.ts';
import { hidRig, UsbRig } from './usb-rig.ts';

const PORT = Register.firstPort;

describe('registers', () => {
  test('after a reset it stands still, with two ports', () => {
    const rig = new UsbRig(() => []);
    expect(rig.read(Register.status)).toBe(Status.halted);
    expect([0, 1, 2].map((n) => rig.read(PORT + 2 * n))).toEqual([Port.always, Port.always, 0]);
    expect(rig.read(Register.startOfFrame, 1)).toBe(0x40);
  });

  test('the list begins at a page; bytes and words are parts of registers', () => {
    const rig = new UsbRig(() => []);
    rig.write(Register.listLow, 0x12345fff, 4);
    expect([rig.read(Register.listLow, 4), rig.read(Register.listHigh)]).toEqual([0x12345000, 0x1234]);
    rig.write(Register.listLow + 1, 0x60, 1);
    expect(rig.read(Register.listLow, 4)).toBe(0x12346000);
    rig.write(Register.startOfFrame, 0x3f, 1);
    expect(rig.read(Register.startOfFrame)).toBe(0x3f);
  });

  test('frames are counted while it runs, and only then', () => {
    const rig = new UsbRig(() => []).start();
    rig.advance(5e6);
    expect(rig.read(Register.frame)).toBe(5);
    rig.write(Register.frame, 100);
    expect(rig.read(Register.frame)).toBe(5);
    rig.write(Register.command, 0);
    rig.advance(5e6);
    rig.write(Register.frame, 0xfffe);
    expect([rig.read(Register.frame), rig.read(Register.status)]).toEqual([0x7fe, Status.halted]);
    rig.write(Register.command, Command.run);
    rig.advance(3e6);
    expect([rig.read(Register.frame), rig.read(Register.status)]).toEqual([1, 0]);
  });

  test('a reset of the host clears all but what is plugged in', () => {
    const { rig } = hidRig('mouse');
    rig.write(Register.command, Command.hostReset);
    expect(rig.read(Register.command)).toBe(0);
    expect(rig.read(PORT)).toBe(Port.always | Port.idle | Port.connected | Port.connectChanged);
  });
});

describe('ports', () => {
  test('changes are cleared by ones; a port is enabled only with a device', () => {
    const { rig } = hidRig('mouse');
    expect(rig.read(PORT) & (Port.connected | Port.enabled | Port.connectChanged)).toBe(Port.connected | Port.enabled);
    rig.enable(1);
    expect(rig.read(PORT + 2)).toBe(Port.always);
  });

  test('one that is not enabled, or suspended, lets nothing through', () => {
    const { rig } = hidRig('mouse');
    rig.write(PORT, 0);
    expect(rig.control(1, [0x80, 0, 0, 0, 2])).toBe('timeout');
    rig.write(PORT, Port.enabled | Port.suspended);
    expect(rig.control(1, [0x80, 0, 0, 0, 2])).toBe('timeout');
    rig.write(PORT, Port.enabled);
    expect(rig.control(1, [0x80, 0, 0, 0, 2])).toEqual(Uint8Array.of(0, 0));
  });

  test('a device that may wake the host ends the suspension of its port', () => {
    const { rig, line } = hidRig('mouse');
    rig.control(1, [0, 3, 1, 0, 0]);
    rig.write(PORT, Port.enabled | Port.suspended);
    rig.write(Register.command, Command.globalSuspend);
    rig.irq.set(false);
    line.onInput(Uint8Array.of(1, 0, 0, 0, 0, 0));
    expect(rig.read(PORT) & Port.resume).toBe(Port.resume);
    expect([rig.read(Register.status) & Status.resume, rig.read(Register.command), rig.irq.level]).toEqual([
      Status.resume,
      Command.globalSuspend | Command.forceResume,
      true,
    ]);
    rig.write(PORT, Port.enabled);
    expect(rig.read(PORT) & (Port.suspended | Port.resume)).toBe(0);
  });

  test('without its leave it stays asleep', () => {
    const { rig, line } = hidRig('mouse');
    rig.write(PORT, Port.enabled | Port.suspended);
    line.onInput(Uint8Array.of(1, 0, 0, 0, 0, 0));
    expect(rig.read(PORT) & Port.resume).toBe(0);
  });
});

describe('transfers', () => {
  test('nobody at an address: three attempts, then an error', () => {
    const { rig } = hidRig('mouse');
    const [transfer] = rig.queue(5, 0, [{ pid: Pid.in, length: 8, toggle: 0 }]);
    const controls = [1, 2, 3].map(() => {
      rig.advance(1e6);
      return (
        (rig.load(transfer!.place + 4) & (Control.errorsMask | Control.active | Control.stalled | Control.timeout)) >>>
        0
      );
    });
    const left = (errors: number) => ((errors << Control.errorsShift) | Control.active | Control.timeout) >>> 0;
    expect(controls).toEqual([left(2), left(1), Control.stalled | Control.timeout]);
    expect([rig.read(Register.status) & Status.error, rig.irq.level]).toEqual([Status.error, true]);
    rig.write(Register.status, Status.error);
    expect(rig.irq.level).toBe(rig.read(Register.status) !== 0);
  });

  test('a short packet stops its queue, and interrupts where that is wanted', () => {
    const { rig } = hidRig('mouse');
    rig.write(Register.status, Status.clearable);
    rig.write(Register.interruptEnable, 8);
    expect(rig.control(1, [0x80, 6, 0x0100, 0, 64])).toHaveLength(18);
    expect([rig.read(Register.status) & Status.interrupt, rig.irq.level]).toEqual([1, true]);
  });

  test('one that is not active interrupts too', () => {
    const { rig } = hidRig('mouse');
    const [transfer] = rig.queue(1, 0, [{ pid: Pid.in, length: 8, toggle: 0 }]);
    rig.store(transfer!.place + 4, Control.interrupt);
    rig.write(Register.status, Status.clearable);
    rig.advance(2e6);
    expect(rig.irq.level).toBe(true);
  });

  test.each([
    ['a packet that is none', 0x42, 8, 0x30000, Status.processError],
    ['too long', Pid.in, 0x501, 0x30000, Status.processError],
    ['data where no memory is', Pid.in, 8, 0x300000, Status.systemError],
  ])('%s stops the controller', (_name, pid, length, buffer, status) => {
    const { rig } = hidRig('mouse');
    const [transfer] = rig.queue(1, 0, [{ pid, length, toggle: 0 }]);
    rig.store(transfer!.place + 12, buffer);
    rig.advance(2e6);
    expect(rig.read(Register.status) & ~Status.interrupt).toBe(status | Status.halted);
    expect([rig.read(Register.command) & Command.run, rig.irq.level]).toEqual([0, true]);
  });

  test('a schedule where no memory is stops it', () => {
    const { rig } = hidRig('mouse');
    rig.write(Register.listLow, 0x7ff00000, 4);
    rig.advance(2e6);
    expect(rig.read(Register.status) & Status.systemError).toBe(Status.systemError);
  });

  test('without bus mastering nothing happens', () => {
    const { rig } = hidRig('mouse');
    rig.uhci.pciFunction.write(4, 2, 1);
    const [transfer] = rig.queue(5, 0, [{ pid: Pid.in, length: 8, toggle: 0 }]);
    rig.advance(10e6);
    expect(rig.load(transfer!.place + 4) & Control.active).toBe(Control.active);
    expect(rig.read(Register.status) & Status.halted).toBe(0);
  });
});

describe('a schedule with nothing to do costs nothing', () => {
  test('an empty one', () => {
    const rig = new UsbRig(() => []).start();
    rig.advance(2e6);
    expect(rig.framesRun(10_000)).toBe(0);
  });

  test('one that waits for a mouse; its movement, and a store, are noticed', () => {
    const { rig, line } = hidRig('mouse');
    const [transfer] = rig.queue(1, 1, [{ pid: Pid.in, length: 8, toggle: 0 }]);
    rig.advance(2e6);
    expect(rig.load(transfer!.place + 4) & (Control.active | Control.nak)).toBe(Control.active | Control.nak);
    expect(rig.framesRun(10_000)).toBe(0);
    line.onInput(Uint8Array.of(3, 0, 2, 0, 0, 1));
    expect(rig.framesRun(100)).toBe(1);
    expect([...rig.map.ram.bytes.subarray(transfer!.buffer, transfer!.buffer + 4)]).toEqual([1, 3, 0xfe, 0]);
    rig.queue(1, 1, [{ pid: Pid.in, length: 8, toggle: 1 }]);
    expect(rig.framesRun(100)).toBe(1);
  });

  test('only the frames that reach it are looked at', () => {
    const { rig, line } = hidRig('mouse');
    const [transfer] = rig.queue(1, 1, [{ pid: Pid.in, length: 8, toggle: 0 }]);
    for (let n = 0; n < 1024; n++) if (n % 256 !== 7) rig.store(0x10000 + 4 * n, Link.end);
    expect(rig.framesRun(1024)).toBeLessThanOrEqual(2);
    line.onInput(Uint8Array.of(1, 0, 0, 0, 0, 0));
    expect(rig.framesRun(300)).toBe(1);
    expect(rig.load(transfer!.place + 4) & Control.active).toBe(0);
    rig.advance(500_000);
    expect(rig.read(Register.frame) % 1024).toBeGreaterThan(0);
  });

  test('a suspended one', () => {
    const { rig } = hidRig('mouse');
    rig.queue(5, 0, [{ pid: Pid.in, length: 8, toggle: 0 }]);
    rig.write(Register.command, Command.globalSuspend);
    expect(rig.framesRun(1000)).toBe(0);
  });
});

test('loops of all kinds end', () => {
  const { rig } = hidRig('mouse');
  rig.store(0x20000, 0x20000 | Link.queue);
  rig.store(0x20004, 0x20000 | Link.queue);
  rig.advance(5e6);
  rig.store(0x20004, 0x21000);
  rig.store(0x21000, 0x21000 | Link.depthFirst);
  rig.store(0x21004, Control.active | Control.lengthMask);
  rig.store(0x21008, (7 << 21) | (1 << 8) | Pid.in);
  rig.store(0x2100c, 0x30000);
  rig.advance(50e6);
  expect(rig.read(Register.frame)).toBeGreaterThan(50);
});

test('a loaded state goes on where the saved one was, also one that waits for nothing but a mouse', () => {
  const { rig, line, device } = hidRig('mouse');
  const [transfer] = rig.queue(1, 1, [{ pid: Pid.in, length: 8, toggle: 0 }]);
  rig.advance(5e6);
  const components = [device.component, rig.uhci.component, rig.events.component];
  const saved = saveComponents(components);
  rig.write(Register.command, Command.hostReset);
  loadComponents(components, saved);
  expect(saveComponents(components)).toEqual(saved);
  line.onInput(Uint8Array.of(1, 0, 0, 0, 0, 0));
  rig.advance(5e6);
  expect(rig.load(transfer!.place + 4) & Control.active).toBe(0);
});
