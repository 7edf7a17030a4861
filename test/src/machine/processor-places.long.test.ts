import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Machine, type MachineEvents, type MachineOptions, openMonitor, openQmp } from '../../../src/index.ts';
import { haltingPair } from '../../support/two-processors.ts';
import { pipe } from '../migration/pipe.ts';

const options: MachineOptions = {
  memory: 16,
  cpu: 'qemu32',
  processors: { sockets: 1, cores: 2, threads: 2, present: 1 },
  boot: { bios: haltingPair.bytes },
};
const POLL = { timeout: 60_000 };
const [BASE, FLAGS] = [0xaf00, 0xaf04];
const named = (processor: number, id: string) => ({ id, isNamed: true, device: 'qemu32-i386-cpu', processor });

/** Does what a guest's system does to let go of a processor. */
async function eject(machine: Machine, processor: number): Promise<void> {
  await machine.examine('writePort', BASE, 4, 0);
  await machine.examine('writePort', BASE, 4, processor);
  await machine.examine('writePort', FLAGS, 1, 8);
}

test('a processor is there at once, and gone when the guest has let go of it', async () => {
  await using machine = await Machine.create(options);
  const gone: MachineEvents['unplug'][] = [];
  machine.on('unplug', (device) => void gone.push(device));
  const { processorPlaces: places } = machine;
  expect([places.isPluggable, places.count, places.present.map(({ id }) => id)]).toEqual([true, 4, ['processor-0']]);
  expect(await places.plug({ number: 3, id: 'three' })).toEqual(named(3, 'three'));
  expect(places.all.map(({ isPresent, core, thread }) => [isPresent, core, thread])).toEqual([
    [true, 0, 0],
    [false, 0, 1],
    [false, 1, 0],
    [true, 1, 1],
  ]);
  await places.unplug('three');
  expect([places.isPresent(3), gone]).toEqual([true, []]);
  await eject(machine, 3);
  await expect.poll(() => gone).toEqual([named(3, 'three')]);
  expect(places.isPresent(3)).toBe(false);
});

test('firmware and system find as many as are there', async () => {
  await using machine = await Machine.create(options);
  const cmos = async () => {
    await machine.examine('writePort', 0x70, 1, 0x5f);
    return machine.examine('readPort', 0x71, 1);
  };
  const firmware = async () => {
    await machine.examine('writePort', 0x510, 2, 5);
    return machine.examine('readPort', 0x511, 1);
  };
  const bitmap = () => machine.examine('readPort', BASE, 1);
  expect([await cmos(), await firmware(), await bitmap()]).toEqual([0, 1, 1]);
  await machine.processorPlaces.plug({ number: 2 });
  expect([await cmos(), await firmware(), await bitmap()]).toEqual([1, 2, 5]);
  await machine.reset();
  expect([await cmos(), await firmware(), await bitmap()]).toEqual([1, 2, 5]);
});

test('snapshots and forks have the processors that are there, with their names', async () => {
  await using machine = await Machine.create(options);
  await machine.processorPlaces.plug({ number: 2, id: 'two' });
  const snapshot = await machine.snapshot();
  await using fork = await machine.fork();
  await using restored = await Machine.restore(snapshot);
  for (const one of [fork, restored])
    expect(one.processorPlaces.present.map(({ id, processor }) => [id, processor])).toEqual([
      ['processor-0', 0],
      ['two', 2],
    ]);
  await eject(restored, 2);
  await expect.poll(() => restored.processorPlaces.isPresent(2)).toBe(false);
  await expect(restored.load(snapshot)).rejects.toThrow(
    'was taken with processors 0, 2 in the places of processors, where there is processors 0 now',
  );
  await restored.processorPlaces.plug({ number: 2 });
  await restored.load(snapshot);
});

test('a recording has which processors come and go, and its replay has them, backwards too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'processor-places-'));
  try {
    const demo: MachineOptions = { ...options, boot: { demo: true } };
    const file = join(folder, 'recording');
    const bench = async (one: Machine) => {
      one.serial.write('bench 1\r');
      await one.serial.expect(/demo> $/);
    };
    const present = (one: Machine) => one.processorPlaces.present.map(({ processor }) => processor);
    await using machine = await Machine.create({ ...demo, icount: { shift: 3, record: file, markEvery: 100_000 } });
    await machine.start();
    await machine.serial.expect(/demo> $/);
    for (const number of [1, 3]) await machine.processorPlaces.plug({ number });
    await bench(machine);
    await eject(machine, 3);
    await bench(machine);
    await expect.poll(() => present(machine), POLL).toEqual([0, 1]);
    const { instructions } = await machine.metrics();
    machine.serial.write('poweroff\r');
    await machine.exited;

    const bytes = readFileSync(file);
    await using replay = await Machine.create({ ...demo, icount: { shift: 3, replay: bytes } });
    await replay.start();
    expect((await replay.exited).reason).toBe('poweroff');
    await expect.poll(() => present(replay), POLL).toEqual([0, 1]);
    await using travelling = await Machine.create({ ...demo, icount: { shift: 3, replay: bytes } });
    await travelling.history.seekInReplay(instructions);
    await expect.poll(() => present(travelling), POLL).toEqual([0, 1]);
    await travelling.history.seekInReplay(1000);
    await expect.poll(() => present(travelling), POLL).toEqual([0]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a machine that migrates has its processors there, with their names', async () => {
  const [here, there] = pipe();
  await using machine = await Machine.create({ ...options, boot: { demo: true } });
  await machine.start();
  await machine.processorPlaces.plug({ number: 2, id: 'two' });
  const sending = machine.migration.send(here);
  await using arrived = await Machine.receive(there, {});
  await sending;
  await arrived.migration.arrived;
  expect(arrived.processorPlaces.present.map(({ id }) => id)).toEqual(['processor-0', 'two']);
  await eject(arrived, 2);
  await expect.poll(() => arrived.processorPlaces.isPresent(2), POLL).toBe(false);
});

test('QMP and the monitor show the places, and name what cannot be', async () => {
  await using machine = await Machine.create(options);
  const [qmp, monitor] = [openQmp(machine), openMonitor(machine)];
  const deleted: unknown[] = [];
  qmp.listen((event, data) => void (event === 'DEVICE_DELETED' && deleted.push(data)));
  const place = { 'socket-id': 0, 'core-id': 1, 'thread-id': 0 };
  await qmp.execute('device_add', { driver: 'qemu32-i386-cpu', id: 'x', ...place });
  expect(await qmp.execute('query-hotpluggable-cpus')).toMatchObject([
    { props: { 'core-id': 1, 'thread-id': 1 } },
    { props: place, 'qom-path': '/machine/peripheral/x', type: 'qemu32-i386-cpu' },
    { props: { 'core-id': 0, 'thread-id': 1 } },
    { 'qom-path': '/machine/unattached/device[0]' },
  ]);
  expect(await qmp.execute('query-cpus-fast')).toMatchObject([{ 'cpu-index': 0 }, { 'cpu-index': 2 }]);
  expect(await monitor.execute('info registers -a')).toMatch(/CPU#0\n[\s\S]*CPU#2\n/);
  expect(await monitor.execute('cpu 1')).toBe('invalid CPU index\n');
  expect(await monitor.execute('device_del nix')).toContain("Device 'nix' not found");
  expect(await monitor.execute('device_add pentium-i386-cpu')).toContain('Invalid CPU type');
  expect(await monitor.execute('device_add qemu32-i386-cpu,help')).toContain('socket-id');
  await monitor.execute('device_del x');
  await eject(machine, 2);
  await expect.poll(() => deleted).toEqual([{ device: 'x', path: '/machine/peripheral/x' }]);
});

test('processors stay as they are without places for more, and without ACPI', async () => {
  await using fixed = await Machine.create({ ...options, processors: 2 });
  await expect(fixed.processorPlaces.unplug('processor-1')).rejects.toThrow('do not come and go');
  await expect(fixed.processorPlaces.plug({ number: 1 })).rejects.toThrow('CPU[1] with APIC ID 1 exists');
  await using bare = await Machine.create({ ...options, acpi: false });
  await expect(bare.processorPlaces.plug({ number: 1 })).rejects.toThrow('CPU hotplug is not supported without ACPI');
  expect(await fixed.examine('readPort', BASE, 1)).toBe(0xff);
});
