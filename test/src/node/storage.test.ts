import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { nodeStorage, openFile } from '../../../src/node/storage.ts';
import { openDisk } from '../../../src/storage/open.ts';
import { createQcow2 } from '../../../src/storage/qcow2/create.ts';

const folder = mkdtempSync(join(tmpdir(), 'storage-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content = new Uint8Array(1024)): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a file', () => {
  test('is read and written in place', async () => {
    const path = fileOf('raw');
    const disk = await openDisk(nodeStorage, path, { format: 'raw' });
    await disk.write(500, Uint8Array.of(1, 2, 3));
    await disk.close();
    expect([...readFileSync(path).subarray(499, 504)]).toEqual([0, 1, 2, 3, 0]);
  });

  test('that cannot be used is an error that names it', async () => {
    const missing = join(folder, 'missing');
    await expect(openDisk(nodeStorage, missing)).rejects.toThrow(
      `${missing}: cannot open it: no such file or directory`,
    );
    await expect(openFile(folder, 'read')).rejects.toThrow(`${folder}: is a directory`);
    await expect(openFile('/dev/null', 'read')).rejects.toThrow('/dev/null: is neither a file nor a block device');
    const readOnly = await openFile(fileOf('read-only'), 'read');
    await expect(readOnly.write(0, Uint8Array.of(1))).rejects.toThrow('is open for reading only');
    await readOnly.close();
  });

  test.runIf(process.platform !== 'win32')('that is a pipe is an error, and not waited for', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const access of ['read', 'write'] as const)
      await expect(openFile(pipe, access)).rejects.toThrow(`${pipe}: is neither a file nor a block device`);
  });

  test.runIf(process.platform === 'linux')('that can only be read is an error that says so', async () => {
    const message = `${process.execPath}: cannot open it: text file is busy; if it is only to be read, say so`;
    await expect(openFile(process.execPath, 'write')).rejects.toThrow(message);
  });
});

describe('a file in use', () => {
  test('that became shorter is an error', async () => {
    const path = fileOf('shrinking');
    const store = await openFile(path, 'read');
    writeFileSync(path, new Uint8Array(10));
    await expect(store.read(0, new Uint8Array(100))).rejects.toThrow('became shorter while it was in use');
    await store.close();
  });

  test('without a name has what memory is not to hold', async () => {
    const before = process.env.TMPDIR;
    const temporary = mkdtempSync(join(folder, 'temporary-'));
    try {
      process.env.TMPDIR = temporary;
      const store = await nodeStorage.scratch!.open();
      await store.write(100_000, Uint8Array.of(1, 2, 3));
      const bytes = new Uint8Array(4);
      await store.read(99_999, bytes);
      expect([...bytes]).toEqual([0, 1, 2, 3]);
      expect(readdirSync(temporary)).toEqual([]);
      await store.close();
      process.env.TMPDIR = join(folder, 'missing');
      const message = `a temporary file in ${process.env.TMPDIR} (TMPDIR names another folder): cannot open it: no such file`;
      await expect(nodeStorage.scratch!.open()).rejects.toThrow(message);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });

  test('names its backing file relative to itself', async () => {
    fileOf('base.raw', new Uint8Array(1024).fill(7));
    const path = join(folder, 'top.qcow2');
    const base = await openDisk(nodeStorage, join(folder, 'base.raw'), { access: 'read' });
    const backing = { file: 'base.raw', format: 'raw', disk: base };
    await (
      await createQcow2(await openFile(path, 'write', 'new'), { size: 1024, backing }, nodeStorage.decompressor)
    ).close();
    const disk = await openDisk(nodeStorage, path);
    const bytes = new Uint8Array(1);
    await disk.read(1023, bytes);
    expect(bytes[0]).toBe(7);
    await disk.close();
  });
});

describe.skipIf(!['linux', 'win32'].includes(process.platform))('a lock', () => {
  test('lets many read or one write, by whatever name', async () => {
    const path = fileOf('locked');
    const link = join(folder, 'link');
    symlinkSync(path, link);
    const readers = await Promise.all([openFile(path, 'read'), openFile(link, 'read'), openFile(path, 'read')]);
    await expect(openFile(link, 'write')).rejects.toThrow(
      `${link}: is in use by this machine, another one or a command`,
    );
    for (const reader of readers) await reader.close();
    const writer = await openFile(path, 'write');
    await expect(openFile(link, 'read')).rejects.toThrow(`${link}: is in use`);
    await expect(openFile(path, 'write')).rejects.toThrow(`${path}: is in use`);
    await writer.close();
    await (await openFile(path, 'write')).close();
  });

  test('ends with the process that has it, however that ends', async () => {
    const path = fileOf('other-process');
    const module = pathToFileURL(join(import.meta.dirname, '../../../src/node/storage.ts')).href;
    const program = `const { openFile } = await import('${module}');
      await openFile('${path}', 'write'); console.log('locked'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await expect(openFile(path, 'read')).rejects.toThrow('is in use');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await openFile(path, 'write')).close();
  });
});
