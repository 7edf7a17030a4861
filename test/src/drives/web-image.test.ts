import { expect, test } from 'vitest';
import { type DriveOptions, planDrives } from '../../../src/drives/options.ts';
import { ServedDrive } from '../../../src/drives/served-drive.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { WebServer } from '../storage/web-server.ts';

const SECTOR = 512;
const MEGABYTE = (1 << 20) / SECTOR;

function driveOf(options: DriveOptions): { drive: ServedDrive; told: string[] } {
  const told: string[] = [];
  const drive = new ServedDrive(planDrives([options])[0]!, {
    storage: nodeStorage,
    tell: (message) => told.push(message),
    mediumChanged: () => {},
    statusChanged: () => {},
    trayMoved: () => {},
  });
  return { drive, told };
}

test('a CD on a web server is read; once it was changed there, that is an I/O error and told once', async () => {
  await using server = await WebServer.start(new Uint8Array(2 << 20).fill(7));
  const { drive, told } = driveOf({ media: 'cdrom', image: server.address('cd.iso') });
  await drive.open();
  expect(drive.status.medium).toEqual({ sectors: 2 * MEGABYTE, isReadOnly: true });
  const { bytes } = await drive.answer({ type: 'read', sector: 5, bytes: new Uint8Array(SECTOR) });
  expect(bytes).toEqual(new Uint8Array(SECTOR).fill(7));
  server.etag = '"2"';
  for (const sector of [MEGABYTE, MEGABYTE + 1, 0])
    expect(await drive.answer({ type: 'read', sector, bytes: new Uint8Array(SECTOR) })).toEqual({ error: 'io' });
  expect(told).toEqual([expect.stringContaining(`ide1-cd0: ${server.address('cd.iso')}: was changed on the server`)]);
  await drive.close();
});

test('a hard disk on a web server is one whose changes are forgotten', async () => {
  await using server = await WebServer.start(new Uint8Array(1 << 20));
  await expect(driveOf({ image: server.address() }).drive.open()).rejects.toThrow(/is on a web server.*-snapshot/);
  const { drive } = driveOf({ image: server.address(), snapshot: true });
  await drive.open();
  await drive.answer({ type: 'write', sector: 3, bytes: new Uint8Array(SECTOR).fill(9) });
  const { bytes } = await drive.answer({ type: 'read', sector: 3, bytes: new Uint8Array(SECTOR) });
  expect(bytes).toEqual(new Uint8Array(SECTOR).fill(9));
  await drive.close();
});
