import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { debianLinux, Machine, type MachineOptions } from '../../../src/index.ts';

// Linux is booted from the network by iPXE, the ROM of each card: the script comes by TFTP, the kernel by HTTP.

const folder = mkdtempSync(join(tmpdir(), 'network-boot-'));
const files = new Map<string, Uint8Array>();
const web = createServer((request, response) => {
  const file = files.get(request.url ?? '');
  response.writeHead(file ? 200 : 404).end(file);
});

beforeAll(async () => {
  const linux = await debianLinux();
  files.set('/kernel', linux.kernel);
  files.set('/initrd', linux.initrd());
  await once(web.listen(0, '::'), 'listening');
  const from = `http://10.0.2.2:${(web.address() as AddressInfo).port}`;
  const script = [
    '#!ipxe',
    `kernel ${from}/kernel console=ttyS0 cryptomgr.notests`,
    `initrd ${from}/initrd`,
    'boot',
    '',
  ];
  writeFileSync(join(folder, 'boot.ipxe'), script.join('\n'));
}, 600_000);
afterAll(() => {
  web.close();
  rmSync(folder, { recursive: true });
});

const cards = ['rtl8139', 'ne2k_pci', 'e1000', 'pcnet', 'vmxnet3', 'virtio-net-pci'] as const;

describe.each(cards)('by %s', (card) => {
  test.each(['rawiron', 'seabios'])(
    '%s',
    async (bios) => {
      const backend = { type: 'user', tftp: folder, bootFile: 'boot.ipxe' } as const;
      const options: MachineOptions = {
        boot: { bios },
        bootOrder: { order: 'n' },
        network: [{ card, rom: 'ipxe', backend }],
      };
      await using machine = await Machine.create(options);
      await machine.start();
      await machine.screen.expect(/boot\.ipxe\.+ ok/, { timeout: 120_000 });
      // After the prompt the shell asks the terminal where its cursor is.
      await machine.serial.expect(/~ # /, { timeout: 240_000 });
      machine.serial.write('cat /proc/cmdline\n');
      expect((await machine.serial.expect(/console=ttyS0 (\S+)\r?\n/))[1]).toBe('cryptomgr.notests');
    },
    400_000,
  );
});
