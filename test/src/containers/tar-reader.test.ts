import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tarMembers } from '../../../src/containers/tar-reader.ts';
import { rawTar } from '../../support/container-images.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tar-reader-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The archive in parts of a size, as a stream may bring it. */
async function* parts(archive: Uint8Array, size: number) {
  for (let at = 0; at < archive.length; at += size) yield archive.subarray(at, at + size);
}

async function read(archive: Uint8Array, size = 1000) {
  const found: Record<string, unknown>[] = [];
  for await (const { header, ...member } of membersWithData(archive, size)) found.push({ ...header, ...member });
  return found;
}

async function* membersWithData(archive: Uint8Array, size: number) {
  for await (const member of tarMembers(parts(archive, size), 'test')) {
    const bytes: Uint8Array[] = [];
    for await (const part of member) bytes.push(part);
    yield { header: member.header, data: Buffer.concat(bytes).toString('latin1') };
  }
}

const long = `${'directory/'.repeat(20)}${'n'.repeat(150)}`;

test.each(['v7', 'ustar', 'oldgnu', 'gnu', 'pax'])('reads what GNU tar writes in the format %s', async (format) => {
  const name = format === 'v7' ? 'short' : format === 'ustar' ? `${'d'.repeat(100)}/${'n'.repeat(90)}` : long;
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, 'x'.repeat(1500), { mode: 0o640 });
  symlinkSync('x'.repeat(format === 'gnu' || format === 'pax' ? 300 : 90), join(folder, 'link'));
  const options = [`--format=${format}`, '--owner=1000', '--group=2000', '--mtime=@1234567890'];
  // A second name is a hard link, and of a long one there is none in ustar.
  const names = [name, 'link', ...(format === 'ustar' ? [] : [name])];
  const archive = execFileSync('tar', [...options, '-C', folder, '-c', ...names]);
  for (const size of [1, 511, 100_000]) {
    const [file, link, again] = await read(archive, size);
    expect(file).toMatchObject({ name, type: 'file', mode: 0o640, uid: 1000, gid: 2000, size: 1500 });
    expect(file).toMatchObject({ data: 'x'.repeat(1500), mtime: new Date(1_234_567_890_000) });
    expect(link).toMatchObject({ name: 'link', type: 'symlink', size: 0 });
    expect(link!.linkname).toMatch(/^x{90,300}$/);
    if (format !== 'ustar') expect(again).toMatchObject({ name, type: 'link', linkname: name });
  }
});

test.each(['gnu', 'pax'])('names that are not UTF-8 stay what they are in the format %s', async (format) => {
  const names = [Buffer.from('caf\xe9', 'latin1'), Buffer.from('caf\xe8', 'latin1'), Buffer.from('caf\u00e9')];
  for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), '');
  const archive = execFileSync('tar', [`--format=${format}`, '--sort=name', '-C', folder, '-c', '.']);
  const found = (await read(archive)).map(({ name }) => name).filter((name) => name !== './');
  expect(found.sort()).toEqual(names.map((name) => `./${name.toString('latin1')}`).sort());
});

test('numbers that are too large for octal digits come by either way', async () => {
  writeFileSync(join(folder, 'file'), '');
  for (const format of ['gnu', 'pax']) {
    const owner = ['--owner=:4000000000', '--group=:3000000000', '--mtime=@-100'];
    const archive = execFileSync('tar', [`--format=${format}`, ...owner, '-C', folder, '-c', 'file']);
    expect(await read(archive)).toMatchObject([
      { uid: 4_000_000_000, gid: 3_000_000_000, mtime: new Date(-100_000), size: 0 },
    ]);
  }
});

test('a sparse file is called one: its contents are not what they seem', async () => {
  execFileSync('truncate', ['-s', '1M', join(folder, 'sparse')]);
  for (const options of [
    ['--format=gnu'],
    ['--format=pax', '--sparse-version=1.0'],
    ['--format=pax', '--sparse-version=0.1'],
  ]) {
    const [member] = await read(execFileSync('tar', [...options, '-S', '-C', folder, '-c', 'sparse']));
    expect(member!.type).not.toBe('file');
  }
});

test('what is not taken of a member is passed over', async () => {
  const archive = rawTar(['a', 'b', 'c'].map((name) => ({ name, data: Buffer.alloc(3000) })));
  const names: string[] = [];
  for await (const member of tarMembers(parts(archive, 700), 'test')) {
    names.push(member.header.name);
    if (member.header.name === 'b') for await (const _ of member) break;
  }
  expect(names).toEqual(['a', 'b', 'c']);
});

test('all is read to the end, and what follows the end counts nothing', async () => {
  let bytes = 0;
  const archive = Buffer.concat([rawTar([{ name: 'a' }]), rawTar([{ name: 'hidden' }])]);
  const counted = async function* () {
    for await (const part of parts(archive, 700)) {
      bytes += part.length;
      yield part;
    }
  };
  const names: string[] = [];
  for await (const { header } of tarMembers(counted(), 'test')) names.push(header.name);
  expect(names).toEqual(['a']);
  expect(bytes).toBe(archive.length);
});

const whole = rawTar([{ name: 'file', data: Buffer.alloc(1000) }]);
const changed = (at: number, text: string) => {
  const header = Buffer.from(whole);
  header.write(text, at, 'latin1');
  header.write('        ', 148);
  const sum = header.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
};

test.each([
  ['ends in a header', whole.subarray(0, 100), 'it ends in the middle of a header'],
  ['ends in a file', whole.subarray(0, 1000), "it ends in the middle of 'file'"],
  ['has a header with the wrong sum', Buffer.from(whole).fill(1, 0, 1), 'a header has the wrong sum'],
  ['is none', Buffer.from('x'.repeat(2000)), 'a header has the wrong sum'],
  ['has a size that is no number', changed(124, 'zzzzzzzzzzz\0'), "'file' has no size that a file can have"],
  ['has a negative size', changed(124, '\xff'.repeat(12)), "'file' has no size that a file can have"],
  ['has a size beyond all files', changed(124, `\x80${'\x7f'.repeat(11)}`), "'file' has no size that a file can have"],
  ['has too many records', rawTar([{ name: 'x', type: 'x', size: 5 << 20 }]), 'it has 5242880 bytes about one file'],
  [
    'has more records than Docker reads',
    rawTar([{ name: 'x', type: 'x', size: (1 << 20) + 1 }]),
    'it has 1048577 bytes',
  ],
  [
    'has global records that are too much together',
    rawTar(
      ['a', 'b'].map((key) => ({ name: 'g', type: 'g', data: Buffer.from(`700000 ${key}=${'x'.repeat(699_990)}\n`) })),
    ),
    'it has 1399982 bytes of global records',
  ],
  ['ends in records', rawTar([{ name: 'x', type: 'x', size: 1 << 20 }]), 'it ends in the middle of a header'],
])('an archive that %s is refused', async (_, archive, why) => {
  await expect(read(archive)).rejects.toThrow(`test is no archive that can be read: ${why}`);
});

test('an error of the bytes is thrown as it is, and they are closed when nobody wants more', async () => {
  const error = new Error('the connection');
  let closed = 0;
  const broken = async function* (fails: boolean) {
    try {
      yield whole.subarray(0, 700);
      if (fails) throw error;
      yield whole.subarray(700);
    } finally {
      closed++;
    }
  };
  await expect(async () => {
    for await (const member of tarMembers(broken(true), 'test')) for await (const _ of member);
  }).rejects.toBe(error);
  for await (const _ of tarMembers(broken(false), 'test')) break;
  expect(closed).toBe(2);
});

test('refuses more global records than any tool writes, of which each further one would take longer', async () => {
  const record = (n: number) => ({ name: 'g', type: 'g', data: Buffer.from(`9 k${`${n}`.padStart(3, '0')}=1\n`) });
  const archive = (count: number) => rawTar([...Array.from({ length: count }, (_, n) => record(n)), { name: 'file' }]);
  expect(await read(archive(100))).toHaveLength(1);
  await expect(read(archive(101))).rejects.toThrow(
    'test is no archive that can be read: it has more than 100 global records',
  );
});
