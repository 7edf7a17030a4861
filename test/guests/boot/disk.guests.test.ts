import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { DriveOptions, Machine } from '../../../src/index.ts';
import { run } from '../../../src/node/process/process.ts';
import { LinuxShell } from '../../support/linux-shell.ts';
import { boot, TIMEOUT, testGuest, type Variant } from './guest.ts';
import { missingPrograms, PARTITION, SECTOR } from './media.ts';
import { orReason } from './packages.ts';
import { makeSystem, systemPrograms } from './system.ts';

const folder = await mkdtemp(join(tmpdir(), 'rawiron-disk-'));
const made = join(folder, 'made.qcow2');
const reason =
  (await missingPrograms(...systemPrograms)) ??
  (await orReason(async () => {
    await makeSystem(made);
    return undefined;
  }));
afterAll(() => rm(folder, { recursive: true }));

testGuest('Debian on ext4 in qcow2', reason, (variant) => {
  test.each(['ide', 'virtio'] as const)('boots from %s to a login, and keeps what was written', async (disk) => {
    const image = join(folder, 'disk.qcow2');
    await copyFile(made, image);
    await useSystem(variant, { image, interface: disk });
    await checkImage(image);
  });
});

async function useSystem(variant: Variant, drive: DriveOptions): Promise<void> {
  await using machine = await boot(variant, [drive], { memory: 128 });
  const shell = await LinuxShell.login(machine);
  await typeOnScreen(machine);
  const sum = await shell.run('seq 1 100000 > numbers; md5sum numbers; sync');
  expect(await shell.run('cat typed')).toBe('by hand');
  shell.type('reboot');
  const again = await LinuxShell.login(machine);
  expect(await again.run('cat typed; md5sum numbers')).toBe(`by hand\n${sum}`);
  expect(await again.run('dmesg | grep -iE "EXT4-fs (error|warning)|I/O error|recovery" || true')).toBe('');
  again.type('poweroff');
  expect(await machine.exited).toEqual({ reason: 'poweroff', code: 0 });
}

/** Logs in on the screen, by the keyboard. */
async function typeOnScreen({ screen, keyboard }: Machine): Promise<void> {
  await screen.expect(/^Debian GNU\/Linux 12 guest tty1\n\nguest login:$/m, { timeout: TIMEOUT });
  await keyboard.type('root\n');
  await screen.expect(/^~ #$/m, { timeout: TIMEOUT });
  await keyboard.type('echo by hand > typed\n');
  await screen.expect(/^~ # echo by hand > typed\n~ #$/m, { timeout: TIMEOUT });
}

/** By programs of the host. */
async function checkImage(image: string): Promise<void> {
  const raw = join(folder, 'disk.img');
  expect(await run('qemu-img', ['check', image])).toContain('No errors were found on the image.');
  await run('qemu-img', ['convert', '-O', 'raw', image, raw]);
  await run('e2fsck', ['-f', '-n', `${raw}?offset=${PARTITION * SECTOR}`]);
}
