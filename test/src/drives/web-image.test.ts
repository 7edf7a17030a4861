import { expect, test } from 'vitest';
import { Drive } from '../../../src/drives/drive.ts';
import { type DriveOptions, planDrives } from '../../../src/drives/options.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { WebServer } from '../storage/web-server.ts';

const SECTOR = 512;
const MEGABYTE = (1 << 20) / SECTOR;

function driveOf(options: DriveOptions): { drive: Drive; told: string[] } {
  const told: string[] = [];
  const backend = { storage: nodeStorage, tell: (message: string) => told.push(message), mediumChanged: () => {} };
  return { drive: new Drive(planDrives([options])[0]!, backend), told };
}

test('a CD on a web server is read; once it was changed there, that is an I/O error and told once', async () => {
  await using server = await WebServer.start(new Uint8Array(2 << 20).fill(7));
  const { drive, told } = driveOf({ media: 'cdrom', image: server.address('cd.iso') });
  await drive.open();
  expect(drive.medium).toEqual({ sectors: 2 * MEGABYTE, isReadOnly: true });
  const { bytes } = await drive.answer({ type: 'read', sector: 5, count: 1 });
  expect(bytes).toEqual(new Uint8Array(SECTOR).fill(7));
  server.etag = '"2"';
  for (const sector of [MEGABYTE, MEGABYTE + 1, 0])
    expect(await drive.answer({ type: 'read', sector, count: 1 })).toEqual({ error: 'io' });
  expect(told).toEqual([expect.stringContaining(`ide1-cd0: ${server.address('cd.iso')}: was changed on the server`)]);
  await drive.close();
});

test('a hard disk on a web server is one whose changes are forgotten', async () => {
  await using server = await WebServer.start(new Uint8Array(1 << 20));
  await expect(driveOf({ image: server.address() }).drive.open()).rejects.toThrow(/is on a web server.*-snapshot/);
  const { drive } = driveOf({ image: server.address(), snapshot: true });
  await drive.open();
  await drive.answer({ type: 'write', sector: 3, bytes: new Uint8Array(SECTOR).fill(9) });
  const { bytes } = await drive.answer({ type: 'read', sector: 3, count: 1 });
  expect(bytes).toEqual(new Uint8Array(SECTOR).fill(9));
  await drive.close();
});
