import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Event, V86 } from '../../../src/node/v86.ts';
import { talkingFloppy } from '../../support/v86/floppy.ts';
import { type EmulatorClass, listen, run, scripts } from '../../support/v86/scripts.ts';

const folder = mkdtempSync(join(tmpdir(), 'v86-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SMALL = { memory_size: 4 << 20, vga_memory_size: 2 << 20 };
const codes = (text: string) => [...text].map((character) => character.charCodeAt(0));

test('keys are typed, as text, scancodes and key codes', async () => {
  const script = scripts['text, scancodes and key codes are typed'];
  expect(await run(V86 as EmulatorClass, {}, script!)).toMatchObject({
    typed: 'Hello, World: 1+2=3?\r\n',
    scanned: 'a48B',
    pressed: 'c1',
    kept: [...codes('Hello, World: 1+2=3?a'), 0x48, ...codes('Bc1')],
  });
});

test('the events of its life come in their order, and an image on a server with word of its way', async () => {
  const server = createServer((_, response) => response.end(talkingFloppy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/floppy.img`;
  const emulator = new V86({ ...SMALL, fda: { url }, autostart: true });
  const told: string[] = [];
  const names = ['emulator-ready', 'emulator-started', 'emulator-loaded', 'emulator-stopped'] as const;
  for (const name of names) emulator.bus.register(name, () => told.push(name));
  const files: Event['download-progress'][] = [];
  emulator.add_listener('download-progress', (progress) => files.push(progress));
  const self = new Promise((resolve) =>
    emulator.add_listener('emulator-ready', function (this: unknown) {
      resolve(this);
    }),
  );
  expect(await self).toBe(emulator);
  await listen(emulator).until('ready> ');
  await emulator.stop();
  expect(emulator.is_running()).toBe(false);
  await emulator.destroy();
  server.close();
  expect(told).toEqual(names);
  const last = { file_index: 0, file_count: 1, file_name: url, total: 1_474_560, loaded: 1_474_560 };
  expect(files.at(-1)).toMatchObject(last);
});

test('a file that a server does not have is told of', async () => {
  const server = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/none.img`;
  const emulator = new V86({ ...SMALL, cdrom: { url } });
  const failed = new Promise<Event['download-error']>((resolve) => emulator.add_listener('download-error', resolve));
  const error = new Promise<Error>((resolve) => emulator.add_listener('emulator-error', resolve));
  expect((await failed).file_name).toBe(url);
  expect((await error).message).toMatch(/^cdrom: cannot load .*none.img: the server answers 404/);
  await emulator.destroy();
  server.close();
});

test('nobody waits for an image that does not come, when all is over', async () => {
  const server = createServer((_, response) => response.writeHead(200, { 'content-length': 1_474_560 }).write('begin'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/floppy.img`;
  const emulator = new V86({ ...SMALL, fda: { url } });
  const failed: unknown[] = [];
  emulator.add_listener('download-error', ({ request }) => failed.push(request));
  await new Promise((resolve) => emulator.add_listener('download-progress', resolve));
  await emulator.destroy();
  await expect(emulator.machine).rejects.toThrow(/^fda: cannot load/);
  expect(failed).toEqual([]);
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
});

test('a part that is not as long as the parts are to be is told of', async () => {
  const parts = { url: join(folder, 'short.img'), use_parts: true, size: 4096, fixed_chunk_size: 2048 };
  writeFileSync(join(folder, 'short-0-2048.img'), new Uint8Array(1024));
  writeFileSync(join(folder, 'short-2048-4096.img'), new Uint8Array(2048));
  const emulator = new V86({ ...SMALL, fda: parts });
  const error = await new Promise<Error>((resolve) => emulator.add_listener('emulator-error', resolve));
  expect(error.message).toMatch(/short-0-2048.img has 1024 bytes, not 2048; fixed_chunk_size is not/);
  await emulator.destroy();
});

test('a floppy in parts is put together, and one that is a file is not changed; a machine goes on from a state', async () => {
  const [path, disk] = [join(folder, 'floppy.img'), talkingFloppy()];
  writeFileSync(path, disk);
  writeFileSync(join(folder, 'parts-0-1000000.img'), disk.subarray(0, 1_000_000));
  writeFileSync(join(folder, 'parts-1000000-2000000.img'), disk.subarray(1_000_000));
  const parts = { url: join(folder, 'parts.img'), use_parts: true, size: disk.length, fixed_chunk_size: 1_000_000 };
  const first = new V86({ ...SMALL, fda: parts, hda: { url: path }, boot_order: 0x321, autostart: true });
  const heard = listen(first);
  await heard.until('ready> ');
  await first.keyboard_send_text('abc');
  await heard.until('abc');
  const state = await first.save_state();
  await first.destroy();
  const second = new V86({ ...SMALL, initial_state: { buffer: state }, fda: { url: path }, hda: { url: path } });
  const other = listen(second);
  await second.run();
  await second.wait_until_vga_screen_contains('ready> abc');
  await second.keyboard_send_text('d\u20ac');
  expect(await other.until('d')).toBe('d');
  second.keyboard_send_scancodes([0x1d, 0x13, 0x93, 0x9d]);
  expect(await other.until('label-01')).toBe('label-01');
  await second.destroy();
  expect(readFileSync(path).equals(disk)).toBe(true);
});

test('without a folder files are written to nobody, and steps are done one after the other', async () => {
  const emulator = new V86({ ...SMALL, fda: { buffer: talkingFloppy() }, autostart: true });
  await emulator.create_file('name', new Uint8Array(1));
  expect(await emulator.read_file('name')).toBe(undefined);
  const heard = listen(emulator);
  await new Promise<void>((resolve) =>
    emulator.automatically([
      { vga_text: 'ready>' },
      { keyboard_send: 'x' },
      { keyboard_send: [0x15, 0x95] },
      { sleep: 0.01 },
      { call: resolve },
    ]),
  );
  expect(await heard.until('xy')).toMatch(/xy$/);
  await emulator.destroy();
});

test('a relay that is not there is told of, and the machine runs without it', async () => {
  const emulator = new V86({ ...SMALL, network_relay_url: 'ws://127.0.0.1:1/', autostart: true });
  const told = await new Promise<string>((resolve) => emulator.add_listener('emulator-log', resolve));
  expect(told).toMatch(/^the guest's network is connected to nothing: there is no relay at ws:\/\/127.0.0.1:1\//);
  await emulator.wait_until_vga_screen_contains(/No bootable device/);
  await emulator.destroy();
});
