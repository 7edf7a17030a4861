import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { Machine, type MachineOptions, openMonitor } from '../../../src/index.ts';

const parsed = (line: string) => parseArguments(line.split(' ')).machine;
const waiting = '-drive id=disk,file=a,if=none';

describe('drives at -device ahci', () => {
  test.each([
    [
      `-device ahci,id=ahci ${waiting} -device ide-hd,drive=disk,bus=ahci.0`,
      { id: 'disk', image: 'a', media: 'disk', interface: 'sata', index: 0 },
    ],
    [
      `-device ich9-ahci,id=sata0,addr=0x5 ${waiting} -device ide-hd,drive=disk,bus=sata0.5,unit=0,serial=S,bootindex=1`,
      { id: 'disk', image: 'a', media: 'disk', interface: 'sata', index: 5, serial: 'S', bootIndex: 1 },
    ],
    // QEMU counts the buses of a controller without a name on from those of the IDE.
    [`-device ahci -device ide-cd,bus=ide.3`, { media: 'cdrom', interface: 'sata', index: 1 }],
    [`-device ahci,id=ahci -device ide-cd,bus=ide.1`, { media: 'cdrom', index: 2 }],
    [`-device ahci,id=ahci -device ide-cd`, { media: 'cdrom' }],
  ])('%s', (line, drive) => {
    expect(parsed(line)).toMatchObject({ ahci: true, drives: [drive] });
  });

  test('the controller has the slot that it is told', () => {
    expect(parsed('-device ahci,id=x,addr=5').pciSlots).toEqual({ ahci: 5 });
  });

  test.each([
    [
      '-device ide-cd,bus=ahci.0',
      "there is no bus 'ahci.0'; give bus=ide.0 or bus=ide.1, or -device ahci,id=ahci and bus=ahci.0 to ahci.5",
    ],
    [
      '-device ahci,id=ahci -device ide-cd,bus=ahci.6',
      "there is no bus 'ahci.6'; give bus=ide.0 or bus=ide.1, or bus=ahci.0 to ahci.5 of the AHCI controller",
    ],
    [
      '-device ahci -device ide-cd,bus=ide.8',
      "there is no bus 'ide.8'; give bus=ide.0 or bus=ide.1, or bus=ide.2 to ide.7 of the AHCI controller",
    ],
    [
      '-device ahci,id=ahci -device ide-cd,bus=ahci.0,unit=1',
      "Can't create IDE unit 1, bus supports only 1 units; leave out unit",
    ],
    ['-device ahci -device ahci', 'there is one AHCI controller already, with six ports; leave the second one out'],
  ])('%s is refused', (line, message) => {
    expect(() => parsed(line)).toThrow(message);
  });
});

const drives: MachineOptions['drives'] = [
  { interface: 'sata', image: new Uint8Array(1 << 20), format: 'raw', id: 'disk', serial: 'S1' },
  { interface: 'sata', media: 'cdrom', index: 3 },
];
const small: MachineOptions = { memory: 16, boot: { demo: true }, drives };

describe('in the library', () => {
  test('monitors show the drives, and where they are', async () => {
    await using machine = await Machine.create(small);
    const monitor = openMonitor(machine);
    expect(machine.drives.map(({ name }) => name)).toEqual(['sata0', 'sata3']);
    expect(await monitor.execute('info block')).toMatch(
      /^disk: .*\n {4}Attached to: {6}ahci\.0, unit 0\n[\s\S]*\nsata3: \[not inserted\]/,
    );
    expect(await monitor.execute('info pci')).toContain('SATA controller: PCI device 8086:2922');
    const tree = await monitor.execute('info qtree');
    expect(tree).toMatch(/bus: ahci\.0\n +type IDE\n +dev: ide-hd, id ""\n +drive = "disk"/);
    expect(tree).toMatch(/bus: ahci\.3\n +type IDE\n +dev: ide-cd, id ""\n +drive = "sata3"/);
    expect(await monitor.execute('device_del disk')).toContain("Bus 'ahci.0' does not support hotplugging");
  });

  test('a machine that goes on has them again', async () => {
    await using machine = await Machine.create(small);
    await using again = await Machine.restore(await machine.snapshot());
    expect(again.drives.map(({ name, isRemovable }) => [name, isRemovable])).toEqual([
      ['sata0', false],
      ['sata3', true],
    ]);
  });

  test('places are checked', async () => {
    const at = (index: number) => ({ ...small, drives: [{ interface: 'sata', media: 'cdrom', index }] as const });
    await expect(Machine.create(at(6))).rejects.toThrow('drives[0]: index is 6; it must be a whole number from 0 to 5');
    const many = Array.from({ length: 7 }, () => ({ interface: 'sata', media: 'cdrom' }) as const);
    await expect(Machine.create({ ...small, drives: many })).rejects.toThrow('all 6 sata drives are taken');
    await expect(Machine.create({ ...small, ahci: 1 as never })).rejects.toThrow('ahci is 1; it must be a boolean');
  });
});
