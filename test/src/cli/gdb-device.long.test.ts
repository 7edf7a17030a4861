import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { gdbDevice } from '../../../src/cli/backends/devices.ts';
import { planBackends } from '../../../src/cli/backends/plan.ts';
import { program } from '../support/command-line.ts';

const planned = (line: string) => planBackends(parseArguments(line.split(' ')), false);

test('who has gdb on the terminal has no monitor and no serial port there', () => {
  const { gdb, serials, monitors } = planned('-gdb stdio');
  expect([gdb, serials, monitors]).toEqual([{ type: 'stdio', muxed: false }, [{ type: 'null' }], []]);
});

test('a -chardev may lead to gdb', () => {
  const line = '-chardev socket,id=g,path=/tmp/g,server=on,wait=off -gdb chardev:g';
  expect(planned(line).gdb).toMatchObject({ type: 'socket', address: { path: '/tmp/g' } });
});

test('gdb is heard from its first word on, and anew where another one comes', async () => {
  const told: string[] = [];
  let sessions = 0;
  const device = gdbDevice(() => {
    const name = ++sessions;
    return {
      receive: async (bytes) => void told.push(`${name}: ${bytes.length}`),
      close: async () => void told.push(`${name} ends`),
    };
  });
  device.connect(async () => {});
  device.opened?.();
  expect(sessions).toBe(0);
  await device.receive?.(new Uint8Array(3));
  await device.receive?.(new Uint8Array(4));
  device.opened?.();
  await device.receive?.(new Uint8Array(5));
  expect(told).toEqual(['1: 3', '1: 4', '1 ends', '2: 5']);
});

const packet = (data: string) => {
  const sum = [...data].reduce((total, letter) => (total + letter.charCodeAt(0)) & 0xff, 0);
  return `$${data}#${sum.toString(16).padStart(2, '0')}`;
};

/** Ctrl-C of gdb is a byte for the machine here, and `k` ends the program. */
test('-gdb stdio: the machine stands still, goes on, is interrupted and killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gdb-stdio-'));
  const disk = join(folder, 'disk.img');
  // A boot sector that does nothing for ever.
  await writeFile(
    disk,
    Uint8Array.from({ length: 1 << 16 }, (_, n) => [0xeb, 0xfe][n] ?? { 510: 0x55, 511: 0xaa }[n] ?? 0),
  );
  const started = spawn(process.execPath, [program, '-S', '-gdb', 'stdio', disk]);
  let text = '';
  started.stdout.on('data', (bytes) => {
    text += bytes;
  });
  const said = (part: RegExp) => expect.poll(() => text, { timeout: 60_000, interval: 20 }).toMatch(part);
  const say = async (data: string, part: RegExp) => {
    text = '';
    started.stdin.write(data);
    await said(part);
  };
  await say(packet('?'), /\$T05/);
  await say(packet('mfff0,1'), /\$[0-9a-f]{2}#/);
  started.stdin.write(packet('c'));
  await say('\u0003', /\$T02/);
  const ended = once(started, 'exit');
  started.stdin.write(packet('k'));
  expect((await ended)[0]).toBe(0);
  await rm(folder, { recursive: true });
});
