import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listenForVnc, Machine, type VncServer } from '../../../src/index.ts';

/** Viewers of Debian's packages gvncviewer and vncsnapshot. */
const has = (program: string): boolean => {
  try {
    execFileSync('which', [program]);
    return true;
  } catch {
    return false;
  }
};

const folder = mkdtempSync(join(tmpdir(), 'viewers-'));
let machine: Machine;
let server: VncServer;
let display: number;
beforeAll(async () => {
  machine = await Machine.create({ memory: 16, boot: { bios: 'rawiron' } });
  server = await listenForVnc(machine, { host: '127.0.0.1', port: 5950 }, { lastPort: 5990 });
  display = (server.address as { port: number }).port - 5900;
  await machine.start();
  await machine.screen.expect(/boot/i);
});
afterAll(async () => {
  await machine.stop();
  rmSync(folder, { recursive: true });
});

async function run(program: string, ...args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  return code as number;
}

/** The red, green and blue of a PNG file of eight bits a channel whose lines have no filter but the usual ones. */
function dotsOfPng(file: Buffer): { width: number; height: number; dots: Buffer } {
  const chunks: Buffer[] = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at))
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT')
      chunks.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const channels = file[25] === 6 ? 4 : 3;
  const lines = inflateSync(Buffer.concat(chunks));
  const dots = Buffer.alloc(width * height * 3);
  let above: Buffer = Buffer.alloc(width * channels);
  for (let y = 0; y < height; y++) {
    const start = y * (1 + width * channels);
    const line = lines.subarray(start + 1, start + 1 + width * channels);
    above = unfiltered(lines[start]!, line, above, channels);
    for (let x = 0; x < width; x++) above.copy(dots, (y * width + x) * 3, x * channels, x * channels + 3);
  }
  return { width, height, dots };
}

/** PNG (third edition), 9. */
function unfiltered(filter: number, line: Buffer, above: Buffer, channels: number): Buffer {
  const result = Buffer.from(line);
  for (let n = 0; n < line.length; n++) {
    const left = result[n - channels] ?? 0;
    const up = above[n]!;
    const corner = above[n - channels] ?? 0;
    result[n] = line[n]! + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
  }
  return result;
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(left + up - corner - value));
  if (a! <= b! && a! <= c!) return left;
  return b! <= c! ? up : corner;
}

test.skipIf(!has('gvnccapture'))("GTK's viewer has the picture of the screen, dot by dot", async () => {
  const path = join(folder, 'picture.png');
  expect(await run('gvnccapture', '-q', `127.0.0.1:${display}`, path)).toBe(0);
  const { width, height, dots } = dotsOfPng(readFileSync(path));
  const image = await machine.screen.image();
  expect([width, height]).toEqual([image.width, image.height]);
  const expected = Buffer.from(image.data.filter((_, n) => (n & 3) !== 3));
  expect(dots.equals(expected)).toBe(true);
});

test.skipIf(!has('vncsnapshot'))('vncsnapshot takes a picture as large as the screen', async () => {
  const path = join(folder, 'picture.jpg');
  expect(await run('vncsnapshot', '-quiet', '-quality', '100', `127.0.0.1:${display}`, path)).toBe(0);
  const file = readFileSync(path);
  // The frame header of JPEG: SOF0, its length and precision, height and width.
  const frame = file.indexOf(Buffer.of(0xff, 0xc0));
  const { width, height } = await machine.screen.image();
  expect([file.readUInt16BE(frame + 7), file.readUInt16BE(frame + 5)]).toEqual([width, height]);
});
