import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { debianLinux, Machine, type MachineOptions } from '../../../src/index.ts';
import { linuxModules } from '../../support/linux-modules.ts';
import { TIMEOUT, testGuest, variants } from './guest.ts';
import { orReason, packageFiles } from './packages.ts';

// iPXE has a driver of its own for Xen's network interface, and leaves the interface to the driver of the Linux that it boots.

const loader = await orReason(() => packageFiles('ipxe'));
const linux = await orReason(() => debianLinux(undefined, '686-pae'));
const reason = [loader, linux].find((one) => typeof one === 'string') as string | undefined;
const folder = mkdtempSync(join(tmpdir(), 'xen-network-'));
const script = `#!ipxe
kernel kernel console=ttyS0 cryptomgr.notests
initrd initrd
boot
`;

beforeAll(async () => {
  if (typeof linux === 'string') return;
  writeFileSync(join(folder, 'kernel'), linux.kernel);
  writeFileSync(join(folder, 'initrd'), linux.initrd(await linuxModules(linux.modules, 'xen_netfront', 'af_packet')));
  writeFileSync(join(folder, 'boot.ipxe'), script);
}, TIMEOUT);
afterAll(() => rmSync(folder, { recursive: true }));

for (const variant of variants)
  testGuest(
    'iPXE on Xen',
    reason,
    () => {
      test('loads a Linux, whose driver has the interface then', async () => {
        const options: MachineOptions = {
          engine: variant.engine,
          memory: 128,
          xen: true,
          boot: { bios: variant.firmware, kernel: (loader as Record<string, Uint8Array>)['ipxe.lkrn']! },
          network: [{ card: 'xen-net-device', backend: { type: 'user', tftp: folder, bootFile: 'boot.ipxe' } }],
        };
        await using machine = await Machine.create(options);
        await machine.start();
        await machine.serial.expect(/~ # /, { timeout: TIMEOUT });
        machine.serial.write(
          'ip link set eth0 up; udhcpc -n -q -i eth0 -s /bin/true; readlink /sys/class/net/eth0/device/driver\n',
        );
        await machine.serial.expect(/lease of 10\.0\.2\.15 obtained[\s\S]*xen\/drivers\/vif/, { timeout: TIMEOUT });
      });
    },
    [variant],
  );
