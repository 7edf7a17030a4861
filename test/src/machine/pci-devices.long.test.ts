import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  ConfigurationError,
  Machine,
  type MachineEvents,
  type MachineOptions,
  openMonitor,
  openQmp,
  pluggablePciModels,
} from '../../../src/index.ts';
import { pipe } from '../migration/pipe.ts';

const demo = { memory: 16, boot: { demo: true } } as const satisfies MachineOptions;
const image = Uint8Array.from({ length: 64 << 10 }, (_, n) => n >> 9);
const disk = { device: 'virtio-blk-pci', id: 'd', image, format: 'raw' } as const;
const problem = (promise: Promise<unknown>) => promise.then(String, (error: Error) => error.message);
const names = ({ drives, network }: Machine) => [...drives, ...network].map(({ name }) => name);

/** The action of a system that lets go of a slot; these guests have no such system. */
const eject = (machine: Machine, slot: number) => machine.examine('writePort', 0xae08, 4, 2 ** slot);
const register = (machine: Machine, offset: number) => machine.examine('readPort', 0xae00 + offset, 4);
const POLL = { timeout: 60_000 };
/** Devices and vendors of the functions of PCI slots. */
const inSlots = async (machine: Machine) =>
  (await machine.examine('pciFunctions'))
    .filter(({ number }) => number >= 16)
    .map(({ name, number }) => [name, number >> 3]);

test('a device is there at once, and gone when the guest has let go of it', async () => {
  await using machine = await Machine.create(demo);
  const gone: MachineEvents['unplug'][] = [];
  machine.on('unplug', (device) => void gone.push(device));
  const plugged = { id: 'd', isNamed: true, device: 'virtio-blk-pci', slot: 2, drive: 'virtio0' };
  expect(await machine.pci.plug(disk)).toEqual(plugged);
  await machine.start();
  expect(await machine.pci.plug({ device: 'e1000', slot: 7 })).toMatchObject({
    id: 'e1000.0',
    slot: 7,
    card: 'e1000.0',
  });
  expect(names(machine)).toEqual(['virtio0', 'e1000.0']);
  expect([await register(machine, 0), await register(machine, 0)]).toEqual([0x84, 0]);
  await machine.pci.unplug('d');
  expect([await register(machine, 4), names(machine).length, gone]).toEqual([4, 2, []]);
  expect(await machine.pci.devices()).toMatchObject([plugged, { slot: 7 }]);
  await eject(machine, 2);
  await expect.poll(() => gone, POLL).toEqual([plugged]);
  await expect.poll(() => names(machine), POLL).toEqual(['e1000.0']);
  expect([await register(machine, 4), await inSlots(machine)]).toEqual([0, [['e1000.0 pci', 7]]]);
});

test('a guest that stands still is asked once, and again when it has had time to hear of it', async () => {
  await using machine = await Machine.create(demo);
  await machine.pci.plug(disk);
  await machine.pci.unplug('d');
  const again = 'Device d is already in the process of unplug';
  expect(await problem(machine.pci.unplug('d'))).toBe(again);
  expect(await openMonitor(machine).execute('device_del d')).toBe(`Error: ${again}\n`);
  expect(await problem(openQmp(machine).execute('device_del', { id: 'd' }))).toBe(again);
  await machine.start();
  await expect.poll(() => problem(machine.pci.unplug('d')), POLL).toBe('undefined');
  await eject(machine, 2);
  await expect.poll(() => names(machine), POLL).toEqual([]);
});

test('what the guest lets go of just before it is asked to is not found', async () => {
  await using machine = await Machine.create(demo);
  await machine.pci.plug(disk);
  const asked = problem(machine.pci.unplug('d'));
  await eject(machine, 2);
  expect(await asked).toBe("Device 'd' not found");
});

test.each(pluggablePciModels)('%s comes, goes and comes again, with its state', async (device) => {
  await using machine = await Machine.create(demo);
  const given = device === 'nvme' || device === 'virtio-blk-pci' ? { image, format: 'raw' as const, serial: 'a' } : {};
  const before = await machine.examine('componentNames');
  const options = { device, id: 'x', ...given } as Parameters<Machine['pci']['plug']>[0];
  await machine.pci.plug(options);
  const during = await machine.examine('componentNames');
  await using copy = await machine.fork();
  await using restored = await Machine.restore(await machine.snapshot());
  for (const other of [copy, restored]) {
    expect(await other.pci.devices()).toMatchObject([{ device, slot: 2 }]);
    expect((await other.examine('componentNames')).toSorted()).toEqual(during.toSorted());
  }
  await machine.pci.unplug('x');
  await machine.reset();
  await expect.poll(() => machine.examine('componentNames'), POLL).toEqual(before);
  await machine.pci.plug({ ...options, slot: 9 });
  expect((await machine.examine('componentNames')).toSorted()).toEqual(during.toSorted());
  expect(await machine.pci.devices()).toMatchObject([{ id: 'x', device, slot: 9 }]);
});

test('what the machine was made with can be pulled out, too; others keep their slots', async () => {
  const drives = [{ interface: 'virtio', image, format: 'raw', device: 'v' }] as const;
  await using machine = await Machine.create({ ...demo, drives, network: [{ name: 'a' }, { name: 'b' }], rng: true });
  const before = await machine.snapshot();
  await machine.pci.unplug('a');
  await machine.pci.unplug('v');
  await eject(machine, 2);
  await eject(machine, 4);
  await expect.poll(() => names(machine), POLL).toEqual(['b']);
  await using restored = await Machine.restore(await machine.snapshot());
  for (const one of [machine, restored])
    expect((await one.pci.devices()).map(({ id, slot }) => [id, slot])).toEqual([
      ['b', 3],
      ['virtio-rng', 5],
    ]);
  await expect(machine.load(before)).rejects.toThrow(
    'was taken with a in slot 2 and b in slot 3 and virtio-rng in slot 5 and virtio0 in slot 4 on the PCI bus, where there is b in slot 3',
  );
  await machine.pci.plug({ ...disk, id: 'v', slot: 4 });
  await machine.pci.plug({ device: 'rtl8139', id: 'a', slot: 6 });
  await expect(machine.load(before)).rejects.toThrow('where there is a in slot 6');
  await machine.pci.unplug('a');
  await eject(machine, 6);
  await machine.pci.plug({ device: 'rtl8139', id: 'a', slot: 2 });
  await machine.load(before);
});

test('what cannot be plugged in is refused, and nothing is left of it', async () => {
  await using machine = await Machine.create({ ...demo, network: [{ name: 'net0' }] });
  const { pci } = machine;
  await pci.plug(disk);
  expect(await problem(pci.plug(disk))).toBe("Duplicate device ID 'd'");
  expect(await problem(pci.plug({ device: 'e1000', id: 'net0' }))).toBe("Duplicate device ID 'net0'");
  expect(await problem(pci.plug({ device: 'e1000', id: '5' }))).toBe("Parameter 'id' expects an identifier");
  expect(await problem(pci.plug({ device: 'e1000', slot: 3 }))).toMatch(
    /^PCI: slot 3 function 0 not available for e1000, in use by virtio-blk-pci,id=d;/,
  );
  expect(await problem(pci.plug({ device: 'e1000', slot: 1 }))).toMatch(/in use by piix3;/);
  expect(await problem(pci.plug({ device: 'e1000', slot: 32 }))).toMatch(/doesn't take value '32'/);
  expect(await problem(pci.plug({ device: 'ahci' } as never))).toMatch(/^unknown device 'ahci'; it is one of: rtl8139/);
  expect(await problem(pci.plug({ device: 'e1000', image } as never))).toMatch(/'image'/);
  expect(await problem(pci.plug({ device: 'nvme' }))).toBe('the disk: a hard disk needs an image');
  expect(await problem(pci.plug({ device: 'nvme', image: '/nowhere/disk.img' }))).toMatch(/nowhere/);
  expect(await problem(pci.unplug('nix'))).toBe("Device 'nix' not found");
  await pci.plug({ device: 'virtio-rng-pci', slot: 31 });
  expect(await problem(pci.plug({ device: 'virtio-rng-pci' }))).toMatch(/can be one virtio-rng-pci; pull it out first/);
  expect(names(machine)).toEqual(['virtio0', 'net0']);
  const image16 = { device: 'nvme', image: new Uint8Array(512), format: 'raw' } as const;
  for (let n = 0; n < 16; n++) await pci.plug(image16);
  expect(await problem(pci.plug(image16))).toBe('all 16 nvme drives are taken; pull one out first');
  for (let n = 0; n < 11; n++) await pci.plug({ device: 'virtio-blk-pci', image: new Uint8Array(512), format: 'raw' });
  expect(await problem(pci.plug({ device: 'e1000' }))).toMatch(
    /^PCI: no slot\/function available for e1000, all in use/,
  );
  await using without = await Machine.create({ ...demo, acpi: false });
  expect(await problem(without.pci.plug({ device: 'e1000' }))).toMatch(/^Bus 'pci.0' does not support hotplugging/);
});

test('a card cannot be called as a part of the machine is, whose state would be taken for its own', async () => {
  const parts = { ...demo, vga: 'std', usb: [], balloon: true, isolate: 'caller' } as const;
  await using machine = await Machine.create(parts);
  const before = await machine.examine('componentNames');
  const ids = [...before.filter((name) => !name.includes(' ')), 'keyboard', 'mouse', 'sound'];
  expect(ids).toEqual(expect.arrayContaining(['rtc', 'com1', 'vga', 'irq', 'clock']));
  for (const id of ids)
    expect(await problem(machine.pci.plug({ device: 'e1000', id }))).toMatch(/^Duplicate device ID '.*'/);
  expect([await machine.examine('componentNames'), names(machine)]).toEqual([before, []]);
  const refused = /^two parts of the machine are called '.*'; give the network card another name/;
  for (const name of ids)
    for (const card of ['e1000', 'ne2k_isa'] as const) {
      const create = Machine.create({ ...parts, network: [{ card, name }] });
      await expect(create, name).rejects.toThrow(ConfigurationError);
      await expect(create, name).rejects.toThrow(refused);
    }
});

test('a reset pulls out what the guest never let go of, and QMP tells of it', async () => {
  await using machine = await Machine.create(demo);
  const qmp = openQmp(machine);
  const told: unknown[] = [];
  qmp.listen((event, data) => void (event === 'DEVICE_DELETED' && told.push(data)));
  await qmp.execute('netdev_add', { type: 'user', id: 'n0' });
  await qmp.execute('device_add', { driver: 'virtio-net-pci', netdev: 'n0', id: 'net1', addr: '1f' });
  const refused = (name: string, args: object) => problem(qmp.execute(name, args as never));
  expect(await refused('device_add', { driver: 'e1000', netdev: 'n0' })).toMatch(/can't take value 'n0', it's in use$/);
  expect(await refused('netdev_add', { type: 'user', id: 'n0' })).toBe("Duplicate ID 'n0' for netdev");
  expect(await refused('netdev_del', { id: 'n0' })).toMatch(/is in use by a network card/);
  await qmp.execute('device_del', { id: 'net1' });
  expect(told).toEqual([]);
  await machine.reset();
  const path = '/machine/peripheral/net1';
  await expect.poll(() => told, POLL).toEqual([{ path: `${path}/virtio-backend` }, { device: 'net1', path }]);
  await expect.poll(() => names(machine), POLL).toEqual([]);
  await qmp.execute('netdev_del', { id: 'n0' });
  expect(await refused('netdev_del', { id: 'n0' })).toBe("Device 'n0' not found");
});

test('the monitor plugs in and pulls out', async () => {
  await using machine = await Machine.create(demo);
  const monitor = openMonitor(machine);
  expect(await monitor.execute('netdev_add user,id=n1')).toBe('');
  expect(await monitor.execute('device_add e1000,netdev=n1,id=net1,mac=52:54:00:00:00:01')).toBe('');
  expect(await monitor.execute('info network')).toContain(
    'net1: index=0,type=nic,model=e1000,macaddr=52:54:00:00:00:01',
  );
  for (const [line, message] of [
    ['e1000,netdev=n1', "Property 'e1000.netdev' can't take value 'n1', it's in use"],
    ['e1000,netdev=n2', "Property 'e1000.netdev' can't find value 'n2'"],
    ['e1000,id=net1', "Duplicate device ID 'net1'"],
    ['e1000,addr=40', "Property 'e1000.addr' doesn't take value '40'"],
    ['e1000,bus=pci.7', "Bus 'pci.7' not found"],
    ['e1000,foo=7', "Property 'e1000.foo' not found"],
    ['nvme', 'drive property not set'],
    ['virtio-blk-pci,drive=d7', "Property 'virtio-blk-pci.drive' can't find value 'd7'"],
    ['qemu-xhci', "'qemu-xhci' cannot be plugged into 'pci.0' while the machine runs"],
    ['VGA', "Parameter 'driver' expects a pluggable device type"],
  ] as const)
    expect(await monitor.execute(`device_add ${line}`)).toContain(message);
  expect(await monitor.execute('device_del net1')).toBe('');
  await eject(machine, 2);
  await expect.poll(() => names(machine), POLL).toEqual([]);
  expect(await monitor.execute('device_del net1')).toContain("Device 'net1' not found");
});

test('a recording has what was plugged in, and what the guest has let go of', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pci-devices-'));
  try {
    const file = join(folder, 'recording');
    const bench = async (one: Machine) => {
      one.serial.write('bench 1\r');
      await one.serial.expect(/demo> $/);
    };
    await using machine = await Machine.create({ ...demo, icount: { shift: 3, record: file, markEvery: 100_000 } });
    await machine.start();
    await machine.serial.expect(/demo> $/);
    await machine.pci.plug(disk);
    await machine.pci.plug({ device: 'e1000', id: 'net1', backend: { type: 'user' } });
    await bench(machine);
    await machine.pci.unplug('d');
    await bench(machine);
    expect(names(machine)).toEqual(['virtio0', 'net1']);
    await eject(machine, 2);
    await bench(machine);
    await expect.poll(() => names(machine), POLL).toEqual(['net1']);
    const { instructions } = await machine.metrics();
    machine.serial.write('poweroff\r');
    await machine.exited;

    const bytes = readFileSync(file);
    await using replay = await Machine.create({ ...demo, icount: { shift: 3, replay: bytes } });
    const seen: string[] = [];
    replay.on('unplug', ({ id }) => void seen.push(id));
    expect(await problem(replay.pci.plug({ device: 'e1000' }))).toMatch(/nobody can change it/);
    await replay.start();
    expect((await replay.exited).reason).toBe('poweroff');
    await expect.poll(() => [seen, names(replay)], POLL).toEqual([['virtio0'], ['net1']]);
    await using travelling = await Machine.create({ ...demo, icount: { shift: 3, replay: bytes } });
    await travelling.history.seekInReplay(instructions);
    expect(await inSlots(travelling)).toEqual([['net1 pci', 3]]);
    await travelling.history.seekInReplay(1000);
    expect(await inSlots(travelling)).toEqual([]);
    await travelling.history.seekInReplay(instructions);
    expect(await inSlots(travelling)).toEqual([['net1 pci', 3]]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a machine that moves has what was plugged in, and nothing is plugged in meanwhile', async () => {
  await using source = await Machine.create({ ...demo, network: [{ name: 'cold' }] });
  await source.start();
  await source.pci.plug({ ...disk, snapshot: true, slot: 8 });
  await source.pci.unplug('cold');
  await eject(source, 2);
  await source.pci.plug({ device: 'e1000', id: 'net1', slot: 9 });
  const [near, far] = pipe();
  const sending = source.migration.send(near);
  const drives = [{ interface: 'virtio', image, format: 'raw', snapshot: true, device: 'd' }] as const;
  await using target = await Machine.receive(far, { drives });
  expect(await problem(source.pci.plug({ device: 'rtl8139' }))).toBe('device_add not allowed while migrating');
  await sending;
  await target.migration.arrived;
  expect((await target.pci.devices()).map(({ id, slot }) => [id, slot])).toEqual([
    ['d', 8],
    ['net1', 9],
  ]);
  await target.pci.unplug('d');
  await eject(target, 8);
  await expect.poll(() => names(target), POLL).toEqual(['net1']);
});

test('a machine that is still to arrive takes no disk', async () => {
  await using machine = await Machine.create({ ...demo, incoming: true });
  expect(await problem(machine.pci.plug(disk))).toMatch(/is still to arrive, and its images with it/);
});
