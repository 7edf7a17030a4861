import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Machine } from 'rawiron';
import { describe, expect, test } from 'vitest';
import { FolderStore } from '../src/folder-store.ts';
import { putImage } from '../src/images.ts';
import { FleetMachines } from '../src/machines/machines.ts';
import { connector } from '../src/redis.ts';
import { noRedis } from './support/fleet.ts';
import { freePort } from './support/ports.ts';

const main = join(import.meta.dirname, '../src/cli/main.ts');

/** What a process has said so far. */
function heard(child: ChildProcess): { text: string } {
  const said = { text: '' };
  child.stderr!.on('data', (bytes: Buffer) => {
    said.text += bytes;
  });
  return said;
}

const dev = (...words: readonly string[]): ChildProcess =>
  spawn(process.execPath, ['--conditions=rawiron-source', main, 'dev', '--memory', '1G', '--slots', '1', ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });

describe.skipIf(noRedis !== '')(`dev${noRedis}`, () => {
  test('waits for its Redis, has the ports of machines, and lets no second one have its store', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fleet-dev-'));
    const store = new FolderStore(folder);
    await using machine = await Machine.create({
      ...{ memory: 16, boot: { demo: true }, network: [{ card: 'virtio-net-pci', backend: { type: 'user' } }] },
    });
    await machine.start();
    await machine.serial.expect(/demo> $/);
    await machine.pause();
    await putImage(store, 'demo', await machine.snapshot());
    const [redis, gateway, port] = [await freePort(), await freePort(), await freePort()];
    const first = dev('--store', folder, '--port', `${redis}`, '--gateway', `${gateway}`);
    const said = heard(first);
    await expect.poll(() => said.text).toContain('ready; Ctrl-C ends it');
    expect(said.text).not.toMatch(/ECONNREFUSED|answers again/);

    const second = dev('--store', folder, '--port', `${await freePort()}`, '--gateway', `${await freePort()}`);
    const refusal = heard(second);
    expect(await once(second, 'close')).toEqual([2, null]);
    expect(refusal.text).toMatch(new RegExp(`a fleet has this store already, with its Redis at port ${redis}; give`));

    {
      await using machines = new FleetMachines(
        connector(`redis://127.0.0.1:${redis}`, () => {}),
        store,
      );
      await machines.start('web', { image: 'demo', every: 0, forwards: [{ port, guestPort: 80 }] });
      await machines.running('web');
      await expect.poll(() => isOpen(port)).toBe(true);
      await machines.stop('web');
    }
    first.kill('SIGINT');
    expect(await once(first, 'close')).toEqual([0, null]);
    rmSync(folder, { recursive: true });
  });
});

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
