import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { Machine, type MachineEvents, type MachineOptions, openMonitor } from '../../../src/index.ts';
import { pipe } from '../migration/pipe.ts';

const demo = { memory: 8, boot: { demo: true } } as const satisfies MachineOptions;
const image = Uint8Array.from({ length: 64 << 10 }, (_, n) => n >> 9);
const stick = { device: 'disk', image, format: 'raw', id: 'stick' } as const;
const tablet = { id: 'usb-tablet', isNamed: false, device: 'tablet', bus: 'usb-bus.0', port: 1 };
const stickAt = (port: number) => ({
  id: 'stick',
  isNamed: true,
  device: 'disk',
  bus: 'usb-bus.0',
  port,
  drive: 'usb0',
});

const POLL = { timeout: 60_000 };
const problem = (promise: Promise<unknown>) => promise.then(String, (error: Error) => error.message);
const names = ({ drives }: Machine) => drives.map(({ name }) => name);
/** Parts of the machine's state. */
const plugged = async (machine: Machine) =>
  (await machine.examine('componentNames')).filter((name) => /^usb(-|\d)/.test(name));

test('devices come and go while the machine runs, and before', async () => {
  await using machine = await Machine.create({ ...demo, usb: [] });
  const gone: MachineEvents['unplug'][] = [];
  machine.on('unplug', (device) => void gone.push(device));
  expect(await machine.usb.plug('tablet')).toEqual(tablet);
  await machine.start();
  expect(await machine.usb.plug(stick)).toEqual(stickAt(2));
  expect(machine.usb.devices).toEqual([tablet, stickAt(2)]);
  expect([names(machine), await plugged(machine)]).toEqual([['usb0'], ['usb-tablet', 'usb0']]);
  expect(machine.mouse.pointers).toEqual([
    { name: 'ps2', number: 0, isAbsolute: false },
    { name: 'tablet', number: 1, isAbsolute: true },
  ]);
  await machine.usb.unplug('usb-tablet');
  await machine.usb.unplug('stick');
  expect([machine.usb.devices, names(machine), await plugged(machine)]).toEqual([[], [], []]);
  expect(machine.mouse.pointers).toHaveLength(1);
  expect(gone).toEqual([tablet, stickAt(2)]);
});

test('what is there from the start goes too, by its id, and its port is free', async () => {
  await using machine = await Machine.create({
    ...demo,
    usb: [{ device: 'mouse', id: 'm', port: 2 }],
    drives: [{ interface: 'usb', image, format: 'raw', device: 'stick' }],
  });
  expect(machine.usb.devices.map(({ id, port }) => [id, port])).toEqual([
    ['stick', 1],
    ['m', 2],
  ]);
  await machine.usb.unplug('m');
  await machine.usb.unplug('usb0');
  expect(await machine.usb.plug({ device: 'keyboard', port: 2 })).toMatchObject({ id: 'usb-kbd', port: 2 });
});

test('a name that another device was given as its id is taken, also for who gives none', async () => {
  await using machine = await Machine.create({ ...demo, usb: [] });
  const { usb } = machine;
  await usb.plug({ device: 'mouse', id: 'usb-kbd' });
  expect(await problem(usb.plug('keyboard'))).toBe("Duplicate device ID 'usb-kbd'");
  await usb.unplug('usb-kbd');
  await usb.plug({ ...stick, id: 'usb1' });
  expect(await problem(usb.plug({ device: 'disk', image }))).toBe("Duplicate device ID 'usb1'");
  expect(names(machine)).toEqual(['usb0']);
});

test('what cannot be plugged in is refused, and nothing is left of it', async () => {
  await using machine = await Machine.create({ ...demo, usb: ['mouse'] });
  await using without = await Machine.create(demo);
  const { usb } = machine;
  expect(await problem(without.usb.plug('tablet'))).toBe("No 'usb-bus' bus found for device 'usb-tablet'");
  expect(await problem(usb.plug('mouse'))).toMatch(/can be one USB mouse; pull out 'usb-mouse' first/);
  expect(await problem(usb.plug({ device: 'tablet', id: 'usb-mouse' }))).toBe("Duplicate device ID 'usb-mouse'");
  expect(await problem(usb.plug({ device: 'tablet', id: '5' }))).toMatch(/usb-tablet.id must be a letter/);
  for (const port of [0, 1, 3, 1.5, Number.NaN])
    expect(await problem(usb.plug({ device: 'tablet', port }))).toBe(
      `usb port ${port} (bus usb-bus.0) not found (in use?)`,
    );
  expect(await problem(usb.plug('stick' as never))).toMatch(
    /unknown device 'stick'; it is one of: tablet, mouse, keyboard, disk/,
  );
  expect(await problem(usb.plug({ device: 'tablet', image } as never))).toMatch(/'image'/);
  expect(await problem(usb.plug({ device: 'disk' }))).toBe('the disk: a hard disk needs an image');
  expect(await problem(usb.plug({ ...stick, image: '/nowhere/disk.img' }))).toMatch(/nowhere/);
  expect(await problem(usb.unplug('stick'))).toBe("Device 'stick' not found");
  expect([usb.devices.length, names(machine)]).toEqual([1, []]);
  await usb.plug(stick);
  expect(await problem(usb.plug('tablet'))).toMatch(
    /^tried to attach usb device usb-tablet to a bus with no free ports/,
  );
});

test('several controllers: a device is on the bus that it names, or on the last one', async () => {
  const usbControllers = [{ model: 'piix3-usb-uhci' }, { model: 'usb-ehci', id: 'e' }, { model: 'qemu-xhci' }] as const;
  await using machine = await Machine.create({ ...demo, usb: [{ device: 'mouse', bus: 'e.0' }], usbControllers });
  const { usb } = machine;
  expect(usb.buses).toEqual([
    { name: 'usb-bus.0', controller: 'piix3-usb-uhci', ports: 2 },
    { name: 'e.0', controller: 'usb-ehci', ports: 6 },
    { name: 'usb-bus.1', controller: 'qemu-xhci', ports: 4 },
  ]);
  await machine.start();
  const monitor = openMonitor(machine);
  expect(await monitor.execute('device_add usb-tablet,id=t')).toBe('');
  expect(await monitor.execute('device_add usb-kbd,bus=usb-bus.0,port=2')).toBe('');
  expect(await usb.plug({ ...stick, bus: 'e.0' })).toMatchObject({ bus: 'e.0', port: 2 });
  const shown = [
    '  Device 0.0, Port 2, Speed 12 Mb/s, Product USB Keyboard\n',
    '  Device 1.0, Port 1, Speed 480 Mb/s, Product USB Mouse\n',
    '  Device 1.0, Port 2, Speed 480 Mb/s, Product USB MSD, ID: stick\n',
    '  Device 2.0, Port 1, Speed 480 Mb/s, Product USB Tablet, ID: t\n',
  ].join('');
  expect(await monitor.execute('info usb')).toBe(shown);
  for (const [line, message] of [
    ['bus=x.0', "Bus 'x.0' not found"],
    ['bus=e.0,port=2', 'usb port 2 (bus e.0) not found (in use?)'],
    ['port=5', 'usb port 5 (bus usb-bus.1) not found (in use?)'],
    ['port=x', 'usb port x (bus usb-bus.1) not found (in use?)'],
  ] as const)
    expect(await monitor.execute(`device_add usb-mouse,${line}`)).toContain(message);
  await using copy = await machine.fork();
  await using restored = await Machine.restore(await machine.snapshot());
  for (const other of [copy, restored]) expect(await openMonitor(other).execute('info usb')).toBe(shown);
  const before = await machine.snapshot();
  await usb.unplug('t');
  await expect(machine.load(before)).rejects.toThrow('usb-tablet in port 1 of usb-bus.1 on the USB, where there is');
  await usb.plug({ device: 'tablet', id: 't', bus: 'usb-bus.0' });
  await expect(machine.load(before)).rejects.toThrow('usb-tablet in port 1 of usb-bus.0');
  await usb.unplug('t');
  await usb.plug({ device: 'tablet', id: 't' });
  await machine.load(before);
});

test('two in the same port from the start are refused', async () => {
  const usb = [
    { device: 'mouse', port: 1 },
    { device: 'tablet', port: 1 },
  ] as const;
  expect(await problem(Machine.create({ ...demo, usb }))).toMatch(/usb-mouse and usb-tablet both are in USB port 1/);
  const ids = [
    { device: 'mouse', id: 'a' },
    { device: 'tablet', id: 'a' },
  ] as const;
  expect(await problem(Machine.create({ ...demo, usb: ids }))).toMatch(/two USB devices have the id 'a'/);
  const far = [{ image, port: 3, interface: 'usb' }] as const;
  expect(await problem(Machine.create({ ...demo, drives: far }))).toMatch(/usb0 is to be in port 3 .*\(UHCI\)/);
  const drives = [{ image, port: 1 }];
  expect(await problem(Machine.create({ ...demo, drives }))).toMatch(/port is for disks on the USB/);
});

test('a snapshot, a fork and what it is restored to have what was plugged in, in its ports', async () => {
  await using machine = await Machine.create({ ...demo, usb: ['tablet'] });
  await machine.start();
  await machine.usb.plug(stick);
  await machine.usb.unplug('usb-tablet');
  await machine.usb.plug({ device: 'keyboard', id: 'k' });
  const devices = machine.usb.devices;
  expect(devices.map(({ id, port }) => [id, port])).toEqual([
    ['k', 1],
    ['stick', 2],
  ]);
  const snapshot = await machine.snapshot();
  await using restored = await Machine.restore(snapshot);
  await using fork = await machine.fork();
  for (const other of [restored, fork]) {
    expect([other.usb.devices, names(other), await plugged(other)]).toEqual([devices, ['usb0'], ['usb-kbd', 'usb0']]);
    await other.start();
    await other.usb.unplug('stick');
  }
  await machine.usb.unplug('k');
  expect(await problem(machine.load(snapshot))).toBe(
    'the snapshot: was taken with usb-kbd in port 1 and usb0 in port 2 on the USB, where there is usb0 in port 2 now; plug in and pull out what differs first (device_add, device_del)',
  );
  await machine.usb.plug('keyboard');
  await machine.load(snapshot);
});

test('input that waits for what is pulled out fails, and the next one has its own', async () => {
  await using machine = await Machine.create({ ...demo, usb: ['tablet'] });
  const { usb } = machine;
  for (let n = 0; n < 3; n++) {
    await usb.unplug('usb-tablet');
    await usb.plug('tablet');
  }
  await machine.start();
  await machine.reset();
  await usb.unplug('usb-tablet');
  await machine.reset();
  expect(await plugged(machine)).toEqual([]);
  expect(await problem(machine.mouse.moveTo(0.5, 0.5))).toBe('undefined');
});

test('a limit of a disk that the guest reads does not hold up its end', async () => {
  // Reads a sector again and again.
  const code = 'again: mov ax, 0x0201\n mov bx, 0x7e00\n mov cx, 2\n mov dx, 0x80\n int 0x13\n jmp again';
  const { bytes } = assemble(code, { origin: 0x7c00, bits: 16 });
  const bootable = new Uint8Array(64 << 10);
  bootable.set(bytes);
  bootable.set([0x55, 0xaa], 510);
  const drives = [{ interface: 'usb', image: bootable, format: 'raw' }] as const;
  await using machine = await Machine.create({ memory: 4, boot: { bios: 'rawiron' }, drives });
  await machine.start();
  const drive = machine.drives[0]!;
  const reads = async () => (await drive.statistics()).reads.requests;
  await expect.poll(reads, POLL).toBeGreaterThan(10);
  await drive.setLimits({ bps: 1 });
  let before = -1;
  const isStuck = async () => {
    const last = before;
    before = await reads();
    return before === last;
  };
  await expect.poll(isStuck, { ...POLL, interval: 200 }).toBe(true);
  await machine.usb.unplug('usb0');
  expect(machine.drives).toEqual([]);
});

test('a machine that is still to arrive takes no disk', async () => {
  await using machine = await Machine.create({ ...demo, usb: [], incoming: true });
  expect(await problem(machine.usb.plug(stick))).toMatch(/is still to arrive, and its images with it/);
  expect(await machine.usb.plug('tablet')).toEqual(tablet);
});

test('a machine that moves has what was plugged in, and nothing is plugged in meanwhile', async () => {
  await using source = await Machine.create({ ...demo, usb: ['mouse'] });
  await source.start();
  await source.usb.plug({ ...stick, snapshot: true });
  await source.usb.unplug('usb-mouse');
  await source.usb.plug({ device: 'tablet', id: 't' });
  const [near, far] = pipe();
  const sending = source.migration.send(near);
  const drives = [{ interface: 'usb', image, format: 'raw', snapshot: true, port: 2 }] as const;
  await using target = await Machine.receive(far, { drives });
  expect(await problem(source.usb.plug('keyboard'))).toBe('device_add not allowed while migrating');
  await sending;
  await target.migration.arrived;
  expect(target.usb.devices.map(({ device, port }) => [device, port])).toEqual([
    ['tablet', 1],
    ['disk', 2],
  ]);
  await target.usb.unplug('t');
});

test('a recording has what was plugged in and pulled out, and when', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plugged-'));
  try {
    const file = join(folder, 'recording');
    const options = { ...demo, usb: ['mouse'] } as const satisfies MachineOptions;
    await using machine = await Machine.create({ ...options, icount: { shift: 3, record: file, markEvery: 100_000 } });
    await machine.start();
    await machine.serial.expect(/demo> $/);
    await machine.usb.plug(stick);
    machine.serial.write('bench 1\r');
    await machine.serial.expect(/demo> $/);
    await machine.usb.unplug('usb-mouse');
    await machine.usb.plug({ device: 'tablet', id: 't' });
    machine.serial.write('bench 1\r');
    await machine.serial.expect(/demo> $/);
    await machine.usb.unplug('stick');
    machine.serial.write('echo over\r');
    await machine.serial.expect(/over[\s\S]*demo> $/);
    expect(await plugged(machine)).toEqual(['usb-tablet']);
    const { instructions } = await machine.metrics();
    machine.serial.write('poweroff\r');
    await machine.exited;

    const bytes = readFileSync(file);
    await using replay = await Machine.create({ ...options, icount: { shift: 3, replay: bytes } });
    const seen: string[] = [];
    replay.on('unplug', ({ id }) => void seen.push(id));
    const stop = Promise.withResolvers<string>();
    replay.on('debug', ({ reason }) => stop.resolve(reason));
    replay.exited.then(({ reason }) => stop.resolve(reason), stop.reject);
    expect(await problem(replay.usb.plug('keyboard'))).toMatch(/nobody can change it/);
    await replay.start();
    expect(await stop.promise).toBe('poweroff');
    expect(seen).toEqual(['usb-mouse', 'usb0']);
    expect(replay.usb.devices.map(({ id }) => id)).toEqual(['usb-tablet']);
    await using travelling = await Machine.create({ ...options, icount: { shift: 3, replay: bytes } });
    const at = async (place: number) => {
      await travelling.history.seekInReplay(place);
      return [travelling.usb.devices.map(({ id }) => id), await plugged(travelling)];
    };
    const last = [['usb-tablet'], ['usb-tablet']];
    expect(await at(instructions)).toEqual(last);
    expect(await at(1000)).toEqual([['usb-mouse'], ['usb-mouse']]);
    expect(travelling.mouse.pointers.map(({ name }) => name)).toEqual(['ps2', 'usb']);
    expect(await at(instructions)).toEqual(last);
    expect(travelling.drives).toHaveLength(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
