import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';

const folder = mkdtempSync(join(tmpdir(), 'optional-arguments-'));
const disk = join(folder, 'disk.img');
const socket = join(folder, 'vm.sock');
let server: Server;

beforeAll(async () => {
  writeFileSync(disk, '');
  server = createServer();
  await new Promise<void>((listening) => server.listen(socket, listening));
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

test.each(['vm.sock', '4444', socket])('%s after a flag whose argument comes after a "=" is refused', (word) => {
  expect(() => parseArguments(['start', '-inspect', word])).toThrow(
    `-inspect has its argument, PATH|PORT, after a '=': give -inspect=${word}; '${word}' is no file that could be a disk`,
  );
});

test('it may be left out in front of a disk, a flag, or nothing', () => {
  expect(parseArguments(['-inspect', disk])).toMatchObject({ inspect: '', machine: { drives: [{ image: disk }] } });
  expect(parseArguments(['--inspect', '-m', '64'])).toMatchObject({ inspect: '', machine: { memory: '64' } });
  expect(parseArguments(['start', '-inspect'])).toMatchObject({ inspect: '' });
  expect(() => parseArguments(['-inspect', 'start'])).toThrow("unexpected argument 'start'; it goes before the flags");
});
