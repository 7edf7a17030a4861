import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type ArchiveEntry, cpioArchive } from '../../../../src/node/linux/cpio.ts';
import { initramfs, joinInitrds } from '../../../../src/node/linux/initramfs.ts';

const fieldNames = ['ino', 'mode', 'uid', 'gid', 'nlink', 'mtime', 'size', 'devMajor', 'devMinor'] as const;
type Field = (typeof fieldNames)[number] | 'rdevMajor' | 'rdevMinor' | 'nameSize' | 'check';
type Member = Record<Field, number> & { name: string; data: string };

/** An independent reader of the format (cpio(5), "New ASCII Format"). */
function readArchive(archive: Uint8Array): Member[] {
  const bytes = Buffer.from(archive);
  const names: Field[] = [...fieldNames, 'rdevMajor', 'rdevMinor', 'nameSize', 'check'];
  const members: Member[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    expect(offset % 4).toBe(0);
    expect(bytes.toString('latin1', offset, offset + 6)).toBe('070701');
    const fields = names.map((name, i) => {
      const start = offset + 6 + i * 8;
      return [name, Number.parseInt(bytes.toString('latin1', start, start + 8), 16)];
    });
    const member: Member = Object.fromEntries(fields);
    const nameEnd = offset + 110 + member.nameSize;
    expect(bytes[nameEnd - 1]).toBe(0);
    member.name = bytes.toString('utf8', offset + 110, nameEnd - 1);
    const start = Math.ceil(nameEnd / 4) * 4;
    member.data = bytes.toString('utf8', start, start + member.size);
    offset = Math.ceil((start + member.size) / 4) * 4;
    members.push(member);
  }
  return members;
}

test('every kind of entry', () => {
  const members = readArchive(
    cpioArchive([
      { type: 'directory', path: 'dev', mode: 0o700 },
      { type: 'file', path: 'a', data: 'hé' },
      { type: 'file', path: 'init', mode: 0o755, data: Uint8Array.of(0x23, 0x21) },
      { type: 'symlink', path: 'bin/sh', target: 'busybox' },
      { type: 'character-device', path: 'dev/console', major: 5, minor: 1 },
      { type: 'block-device', path: 'dev/sda', mode: 0o660, major: 8, minor: 0 },
    ]),
  );
  const shown = members.map(({ name, mode, nlink, data, rdevMajor, rdevMinor }) => {
    return [name, mode.toString(8), nlink, data, rdevMajor, rdevMinor];
  });
  expect(shown).toEqual([
    ['dev', '40700', 2, '', 0, 0],
    ['a', '100644', 1, 'hé', 0, 0],
    ['init', '100755', 1, '#!', 0, 0],
    ['bin/sh', '120777', 1, 'busybox', 0, 0],
    ['dev/console', '20600', 1, '', 5, 1],
    ['dev/sda', '60660', 1, '', 8, 0],
    ['TRAILER!!!', '0', 1, '', 0, 0],
  ]);
  const inodes = members.slice(0, -1).map(({ ino }) => ino);
  expect(new Set(inodes).size).toBe(inodes.length);
});

test('a file system gets the folders that its files lie in; later entries win', () => {
  const entries: ArchiveEntry[] = [
    { type: 'file', path: 'etc/x/y', data: '1' },
    { type: 'directory', path: 'tmp', mode: 0o1777 },
    { type: 'file', path: 'tmp/z', data: '' },
    { type: 'file', path: 'etc/x/y', data: '2' },
  ];
  const members = readArchive(gunzipSync(initramfs(entries)));
  expect(members.map(({ name, mode, data }) => `${name} ${mode.toString(8)} ${data}`)).toEqual([
    'etc 40755 ',
    'etc/x 40755 ',
    'etc/x/y 100644 2',
    'tmp 41777 ',
    'tmp/z 100644 ',
    'TRAILER!!! 0 ',
  ]);
});

test('equal input gives equal bytes', () => {
  const entries: ArchiveEntry[] = [{ type: 'file', path: 'a', data: 'b' }];
  expect(Buffer.from(initramfs(entries)).equals(Buffer.from(initramfs(entries)))).toBe(true);
});

test('of several initrds each begins where the kernel finds it', () => {
  const first = Buffer.from('12345');
  const second = cpioArchive([]);
  const joined = Buffer.from(joinInitrds(first, second));
  expect(joined.length % 4).toBe(0);
  expect(joined.indexOf(second)).toBe(8);
});
