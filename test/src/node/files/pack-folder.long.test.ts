import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigurationError, Machine, packFolder } from '../../../../src/index.ts';
import { FolderServer } from '../../../support/folder-server.ts';
import { rawiron } from '../../support/command-line.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pack-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A folder with files of all kinds. */
function folderWithAll(): string {
  const folder = join(temporaryFolder(), 'root');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin/tool'), '#!/bin/sh\n');
  chmodSync(join(folder, 'bin/tool'), 0o755);
  utimesSync(join(folder, 'bin/tool'), 1e9, 1e9);
  writeFileSync(join(folder, 'copy'), '#!/bin/sh\n');
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xc3, 0xa4, 0xff])]), 'bytes');
  symlinkSync('bin/tool', join(folder, 'link'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  return folder;
}

/** A web server with what a folder has. */
async function served(folder: string): Promise<FolderServer> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map(({ parentPath, name }) => join(parentPath, name));
  const server = await FolderServer.start(
    Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path)])),
  );
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

test.each([false, true])(
  'a folder is packed, and a machine has it from a web server (compressed: %s)',
  async (compress) => {
    const [folder, target] = [folderWithAll(), join(temporaryFolder(), 'new', 'packed')];
    const packed = await packFolder(folder, target, { compress });
    expect(packed).toEqual({ files: 4, directories: 1, links: 1, bytes: 25, leftOut: [join(folder, 'pipe')] });
    expect(readdirSync(join(target, 'contents'))).toHaveLength(3);
    const server = await served(target);
    await using machine = await Machine.create({
      ...{ memory: 4, boot: { demo: true }, isolate: 'caller' },
      shares: [{ tag: 't', server: { index: server.address('index.json'), contents: server.address('contents') } }],
    });
    const files = machine.shares.get('t')!;
    expect((await files.list()).map(({ name, kind, size }) => [name, kind, size])).toEqual([
      ['bin', 'directory', 0],
      ['copy', 'file', 10],
      ['empty', 'file', 0],
      ['link', 'symbolic link', 0],
      ['ä\ufffd', 'file', 5],
    ]);
    const [tool] = await files.list('bin');
    expect(tool).toMatchObject({ name: 'tool', mode: 0o755, modified: new Date(1e12) });
    expect([text(await files.readFile('bin/tool')), text(await files.readFile('copy'))]).toEqual([
      '#!/bin/sh\n',
      '#!/bin/sh\n',
    ]);
    expect((await files.readFile('empty')).length).toBe(0);
  },
);

test('packed again it has what is there now', async () => {
  const [folder, target] = [folderWithAll(), temporaryFolder()];
  await packFolder(folder, target);
  writeFileSync(join(folder, 'new'), 'new');
  expect(await packFolder(folder, target)).toMatchObject({ files: 5 });
  expect(readdirSync(target).sort()).toEqual(['contents', 'index.json']);
  expect(readFileSync(join(target, 'index.json'), 'utf8')).toContain('"new"');
});

test('what cannot be read, and a folder within itself, are errors that name it', async () => {
  const folder = folderWithAll();
  const [packed, inside] = [join(temporaryFolder(), 'packed'), join(temporaryFolder(), 'inside')];
  await packFolder(folder, packed);
  symlinkSync(join(folder, 'bin'), inside);
  const wrong: readonly (readonly [string, string, string])[] = [
    [join(folder, 'none'), temporaryFolder(), 'none: no such file or directory'],
    [join(folder, 'copy'), temporaryFolder(), 'copy: not a directory'],
    [folder, join(folder, 'bin', 'packed'), 'is in'],
    [join(packed, 'contents'), packed, 'is in'],
    [join(folder, 'bin'), join(folder, 'copy'), 'copy: '],
    ['/', temporaryFolder(), 'is in /, which is to be packed'],
    [folder, join(inside, 'new', 'deep'), 'is in'],
  ];
  for (const [from, to, message] of wrong) {
    const packing = packFolder(from, to);
    await expect(packing).rejects.toThrow(ConfigurationError);
    await expect(packing).rejects.toThrow(message);
  }
  expect(readdirSync(join(folder, 'bin'))).toEqual(['tool']);
  const own = temporaryFolder();
  writeFileSync(join(own, 'index.json'), '{"name":"my own"}');
  await expect(packFolder(folder, own)).rejects.toThrow('index.json is there, and is no index; give another folder');
  expect(readdirSync(own)).toEqual(['index.json']);
  await expect(packFolder(folder, own, { zstd: true } as object)).rejects.toThrow("unknown 'zstd' in options");
});

test('the command says what was packed, and how guests get it', async () => {
  const [folder, target] = [folderWithAll(), join(temporaryFolder(), 'packed')];
  expect(await rawiron(['pack', '--zstd', folder, target])).toMatchObject({
    code: 0,
    output: `4 files with 25 bytes, 1 directories, 1 symbolic links.
Left out, 1: ${join(folder, 'pipe')}
For a guest, in a page beside it: server: { index: 'packed/index.json', contents: 'packed/contents/' }
`,
  });
  expect(readFileSync(join(target, 'index.json'), 'utf8')).toContain('.bin.zst"');
});

test.each([
  [['pack'], 'pack: give two folders'],
  [['pack', 'a', 'b', 'c'], 'pack: give two folders'],
  [['pack', '-x', 'a', 'b'], "pack: unknown option '-x'"],
  [['pack', '/nowhere/at/all', tmpdir()], '/nowhere/at/all: no such file or directory'],
])('refused: %s', async (args, message) => {
  const { code, errors } = await rawiron(args);
  expect(code).toBe(1);
  expect(errors).toContain(message);
});
