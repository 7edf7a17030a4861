import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Container, Machine, type MachineOptions } from '../../src/index.ts';
import { nodeStorage, openFile } from '../../src/node/storage.ts';
import { createQcow2 } from '../../src/storage/qcow2/create.ts';
import { rawTar, testImage, writeDockerArchive } from '../support/container-images.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';
import { ANSWER, ASK, expectAllOthers, STARTS } from '../support/random-starts.ts';

const linux = await findLinux();
const lack = typeof linux === 'string' ? ` (${linux})` : '';
const folder = mkdtempSync(join(tmpdir(), 'random-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(lack !== '')(
  `random numbers of Linux that goes on from one state${lack}`,
  { timeout: 1_800_000 },
  () => {
    test('forks', async () => {
      if (typeof linux === 'string') return;
      await using shell = await LinuxShell.boot(linux, 'translator', 'quiet cryptomgr.notests');
      await shell.machine.pause();
      const answers: string[] = [];
      for (let n = 0; n < STARTS; n++) {
        await using fork = await shell.machine.fork();
        await fork.start();
        answers.push(await LinuxShell.of(fork).run(ASK));
      }
      expectAllOthers(answers);
    });

    test('-loadvm', async () => {
      if (typeof linux === 'string') return;
      const image = join(folder, 'disk.qcow2');
      const disk = await createQcow2(
        await openFile(image, 'write', 'new'),
        { size: 1 << 20 },
        nodeStorage.decompressor,
      );
      await disk.close();
      const options: Partial<MachineOptions> = { drives: [image] };
      {
        await using shell = await LinuxShell.boot(linux, 'translator', 'quiet cryptomgr.notests', options);
        await shell.machine.snapshots.save('ready');
      }
      const boot = { kernel: linux.kernel, initrd: linux.initrd(), append: 'console=ttyS0 quiet cryptomgr.notests' };
      const answers: string[] = [];
      for (let n = 0; n < STARTS; n++) {
        await using machine = await Machine.create({ memory: '128M', boot, ...options });
        await machine.snapshots.load('ready');
        await machine.start();
        const shell = LinuxShell.of(machine);
        answers.push(await shell.run(ASK));
        expect(await shell.run('dmesg | grep -c "reseeded due to virtual machine fork"')).toBe('1');
      }
      expectAllOthers(answers);
    });

    test('containers', async () => {
      if (typeof linux === 'string') return;
      const image = join(folder, 'image.tar');
      const applets = ['sh', 'head', 'od', 'tr', 'cat'].map((name) => ({
        name: `bin/${name}`,
        type: '2',
        link: 'busybox',
      }));
      const layers = [rawTar([{ name: 'bin/busybox', mode: 0o755, data: linux.busybox }, ...applets])];
      writeDockerArchive(image, testImage(layers, {}).config, layers);
      const answers: string[] = [];
      for (let n = 0; n < STARTS; n++) {
        await using container = await Container.run({ image, command: ['sh', '-c', ASK] });
        answers.push(await new Response(container.stdout as BodyInit).text());
        expect(await container.exited).toBe(0);
      }
      expect(answers.every((answer) => ANSWER.test(answer))).toBe(true);
      expectAllOthers(answers);
    });
  },
);
