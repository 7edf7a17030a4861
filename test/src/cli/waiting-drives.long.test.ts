import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { drivesOf, unusedDrives } from '../../../src/cli/drive-flags.ts';
import { bootOf } from '../../../src/cli/run.ts';
import { nameWaitingDrives } from '../../../src/cli/waiting-drives.ts';
import { Machine, openMonitor, openQmp } from '../../../src/index.ts';
import { nodeStorage, openFile } from '../../../src/node/storage.ts';
import { createQcow2 } from '../../../src/storage/qcow2/create.ts';

let folder: string;
let [raw, qcow2] = ['', ''];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waiting-drives-'));
  [raw, qcow2] = [join(folder, 'disk.img'), join(folder, 'disk.qcow2')];
  writeFileSync(raw, new Uint8Array(1 << 20));
  const store = await openFile(qcow2, 'write', 'new');
  await (await createQcow2(store, { size: 1 << 20 }, nodeStorage.decompressor)).close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const parse = (line: string) => parseArguments(line.split(' '));

/** A machine of flags that wait. */
async function started(line: string): Promise<Machine> {
  const machine = await Machine.create({ memory: 8, boot: { demo: true } });
  await nameWaitingDrives(machine, parse(line));
  return machine;
}

test('a drive that no device has is shown as by QEMU, and is that of one that is plugged in', async () => {
  await using machine = await started(
    `-drive if=none,id=d,file=${qcow2},bps=1000 -drive if=none,file=${raw},format=raw,readonly=on`,
  );
  const [monitor, qmp] = [openMonitor(machine), openQmp(machine)];
  const waiting = (label: string, image: string, format: string) =>
    `${label}: ${image} (${format})\n    Removable device: not locked, tray closed\n    Cache mode:       writeback\n`;
  const none0 = waiting('none0', raw, 'raw, read-only');
  expect(await monitor.execute('info block none0')).toBe(none0);
  expect(await monitor.execute('info block')).toMatch(
    new RegExp(`^${RegExp.escape(waiting('d', qcow2, 'qcow2'))} {4}I/O throttling: .*\n\n${RegExp.escape(none0)}$`),
  );
  expect(await qmp.execute('query-block')).toMatchObject([
    {
      ...{ device: 'd', type: 'unknown', removable: true, locked: false },
      inserted: { file: qcow2, drv: 'qcow2', ro: false, bps: 1000 },
    },
    { device: 'none0', inserted: { file: raw, drv: 'raw', ro: true } },
  ]);
  expect(await monitor.execute('device_add virtio-blk-pci,drive=d,id=v')).toBe('');
  expect(await monitor.execute('info block d')).toMatch(
    /^d: .*disk.qcow2 \(qcow2\)\n {4}Attached to: {6}\/machine\/peripheral\/v\/virtio-backend\n/,
  );
  expect(machine.drives[0].limits).toMatchObject({ bps: 1000 });
  expect(await monitor.execute('drive_del none0')).toBe('');
  expect(await monitor.execute('info block none0')).toBe('');
});

test('an image of -blockdev is a node', async () => {
  await using machine = await started(`-blockdev driver=qcow2,node-name=n,file.driver=file,file.filename=${qcow2}`);
  const monitor = openMonitor(machine);
  expect(await monitor.execute('info block')).toBe('');
  expect(await openQmp(machine).execute('query-named-block-nodes')).toMatchObject([{ 'node-name': 'n', drv: 'qcow2' }]);
  expect(await monitor.execute('device_add virtio-blk-pci,drive=n')).toBe('');
});

test('drive_add shows its image, too', async () => {
  await using machine = await Machine.create({ memory: 8, boot: { demo: true } });
  const monitor = openMonitor(machine);
  await monitor.execute(`drive_add 0 if=none,id=x,file=${qcow2},snapshot=on`);
  expect(await monitor.execute('info block')).toMatch(
    /^x: json:.*"driver": "qcow2".* \(overlay\)\n {4}Removable device: .*\n.*writeback, ignore flushes\n$/,
  );
});

describe('what is wrong with an image is told', () => {
  test.each([
    ['-drive if=none,id=d,file=/no/such.img', "Could not open '/no/such.img': No such file or directory"],
    ['-drive if=none,id=d,file=/', "Could not open '/': Is a directory"],
    ['-drive if=none,id=d', "the drive 'd' is empty and connected to nothing; give -device ide-cd,drive=d"],
  ])('%s', async (line, message) => {
    await expect(started(line)).rejects.toThrow(message);
  });
});

test('each waits until a device has it, and -snapshot is for it, too', () => {
  const settings = parse('-snapshot -drive if=none,file=a -drive if=none,file=b -device virtio-blk-pci,drive=none1');
  expect(unusedDrives(settings)).toEqual([['none0', { id: 'none0', image: 'a', snapshot: true }]]);
  expect(drivesOf(settings)).toMatchObject([{ id: 'none1', image: 'b', interface: 'virtio' }]);
});

test('firmware runs where there is nothing but a drive that waits', () => {
  expect(bootOf(parse('-drive if=none,id=d,file=a'))).toEqual({ bios: 'rawiron' });
});
