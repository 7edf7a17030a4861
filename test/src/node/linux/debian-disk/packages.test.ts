import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tarMembers } from '../../../../../src/containers/tar-reader.ts';
import type { FileEntry, SymlinkEntry } from '../../../../../src/node/linux/cpio.ts';
import { ArchiveImage } from '../../../../../src/node/linux/debian-disk/archives.ts';
import { FileCatcher, unpackPackage } from '../../../../../src/node/linux/debian-disk/packages.ts';
import { BLOCK } from '../../../../../src/node/linux/debian-disk/scripts.ts';
import { packTar } from '../../../../../src/node/linux/debian-disk/tar-writer.ts';

const file = (path: string, data: string): FileEntry => ({ type: 'file', path, data });

const control = `Package: libx1
Architecture: i386
Multi-Arch: same
Description: a library
 of which there is more to say
`;

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'packages-'));
  await use(folder).finally(() => rm(folder, { recursive: true }));
}

test('of a package dpkg gets what it keeps itself of one that is unpacked', () =>
  inFolder(async (folder) => {
    await using image = await ArchiveImage.create(join(folder, 'image'));
    const link: SymlinkEntry = { type: 'symlink', path: './lib/libx.so.1', target: 'libx.so.1.2' };
    const archives = {
      name: 'libx1.deb',
      control: packTar([
        file('./control', control),
        file('./conffiles', '/etc/x\n'),
        file('./postinst', '#!/bin/sh\n'),
      ]),
      files: packTar([
        { type: 'directory', path: './' },
        { type: 'directory', path: './etc/' },
        file('./etc/x', 'text'),
        link,
        file('./lib/libx.so.1.2', 'library'),
      ]),
    };
    const catcher = new FileCatcher(['/lib/libx.so.1', '/lib/other']);
    const { info, status } = await unpackPackage(archives, image, catcher);
    // The sum is md5sum's.
    expect(status).toBe(`Package: libx1
Status: install ok unpacked
Architecture: i386
Multi-Arch: same
Description: a library
 of which there is more to say
Conffiles:
 /etc/x 1cb251ec0d568de6a929b520c4aed8d1

`);
    expect(Object.keys(info).sort()).toEqual(['libx1:i386.conffiles', 'libx1:i386.list', 'libx1:i386.postinst']);
    expect(Buffer.from(info['libx1:i386.list']!).toString()).toBe(
      '/.\n/etc\n/etc/x\n/lib/libx.so.1\n/lib/libx.so.1.2\n',
    );
    expect(Buffer.from(catcher.get('/lib/libx.so.1')!).toString()).toBe('library');
    expect(catcher.get('/lib/other')).toBeUndefined();
  }));

test('archives in an image begin at multiples of a block', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'image');
    const image = await ArchiveImage.create(path);
    for (const data of ['first', 'x'.repeat(BLOCK)]) for await (const _ of image.append(packTar([file('name', data)])));
    await image[Symbol.asyncDispose]();
    expect(image.table).toBe('0 1\n1 2\n');
    const bytes = await readFile(path);
    expect(bytes.length).toBe(3 * BLOCK);
    async function* second() {
      yield bytes.subarray(BLOCK);
    }
    const names: string[] = [];
    for await (const member of tarMembers(second(), 'second')) {
      names.push(member.header.name);
      for await (const _ of member);
    }
    expect(names).toEqual(['name']);
  }));
