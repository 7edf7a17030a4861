import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { root } from '../support/documents.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux } from '../support/linux-shell.ts';

const TIMEOUT = 900_000;

/** A process with one machine, whose guest has 512 MB: megabytes of the host's memory that it takes at last, and with a balloon. */
const program = `
  const { findLinux, LinuxShell } = await import('${root}/test/support/linux-shell.ts');
  const { linuxModules } = await import('${root}/test/support/linux-modules.ts');
  const linux = await findLinux();
  const modules = await linuxModules(linux.modules, 'virtio_pci', 'virtio_balloon');
  const withModules = { ...linux, initrd: () => linux.initrd(modules) };
  const shell = await LinuxShell.boot(withModules, 'translator', 'cryptomgr.notests', { memory: 512, balloon: true });
  const pause = () => new Promise((resolve) => setTimeout(resolve, 500));
  async function least() {
    let bytes = Infinity;
    for (let n = 0; n < 20; n++) {
      bytes = Math.min(bytes, process.memoryUsage.rss());
      await pause();
    }
    return bytes >> 20;
  }
  const booted = await least();
  await shell.run('dd if=/dev/zero of=/fill bs=1M count=200 2>/dev/null');
  const filled = process.memoryUsage.rss() >> 20;
  await shell.run('rm /fill');
  const { balloon } = shell.machine;
  balloon.setMemory(128);
  while (balloon.memory !== 128 << 20) await pause();
  console.log(JSON.stringify({ booted, filled, withBalloon: await least() }));
  await shell.machine.stop();`;

const found = await findLinux();
const modules =
  typeof found === 'string' ? found : await linuxModules(found.modules, 'virtio_pci', 'virtio_balloon').catch(String);
const canRelease = process.platform === 'linux' && process.getBuiltinModule('node:ffi' as 'node:fs') !== undefined;
const missing = typeof modules === 'string' ? modules : canRelease ? '' : 'Node has no node:ffi';

describe.skipIf(missing !== '')(`Linux with 512 MB${missing && `: ${missing}`}`, () => {
  test(
    'the process stays small, and gets memory back by a balloon',
    async () => {
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
      const { booted, filled, withBalloon } = JSON.parse(stdout);
      expect(booted).toBeLessThan(350);
      expect(filled).toBeGreaterThan(booted + 150);
      expect(withBalloon).toBeLessThan(filled - 120);
    },
    TIMEOUT,
  );
});
