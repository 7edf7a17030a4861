import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReadyImage } from '../../../../src/containers/image.ts';
import { ImageFolder } from '../../../../src/containers/image-folder.ts';
import type { ImageNode, ImageTree } from '../../../../src/containers/tree.ts';
import type { OpenFile } from '../../../../src/ninep/folder.ts';
import { ImageStore } from '../../../../src/node/containers/image-store.ts';
import { imageFor, inspectImage, readyImage } from '../../../../src/node/containers/images.ts';
import { openLayout } from '../../../../src/node/containers/layout.ts';
import {
  type RawMember,
  rawTar,
  sha256,
  tarOf,
  testImage,
  writeDockerArchive,
  writeLayout,
} from '../../../support/container-images.ts';

let folder: string;
let store: ImageStore;
const images: ReadyImage[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'layers-'));
  store = new ImageStore(join(folder, 'cache'));
});
afterEach(async () => {
  for (const image of images.splice(0)) await image.contents.close();
  rmSync(folder, { recursive: true, force: true });
});

const quiet = () => {};
const text = (data: string) => Buffer.from(data);

async function opened(image: string) {
  const ready = await readyImage(store, await imageFor(store, { image }, quiet));
  images.push(ready);
  return ready;
}

async function openedLayers(...layers: readonly Buffer[]) {
  return await opened(writeLayout(join(folder, 'image'), testImage(layers)));
}

/** All paths of a tree with what is there, as the tests name it. */
function listing({ root }: ImageTree): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (node: ImageNode, path: string) => {
    for (const [name, child] of node.children ?? []) {
      const mode = (child.mode & 0o7777).toString(8);
      const what = child.target === undefined ? '' : ` -> ${child.target}`;
      found[`${path}/${name}`] = `${mode} ${child.user}:${child.group} ${child.children ? 'd' : child.links}${what}`;
      visit(child, `${path}/${name}`);
    }
  };
  visit(root, '');
  return found;
}

async function contentOf({ tree, contents }: Awaited<ReturnType<typeof opened>>, path: string): Promise<string> {
  const node = tree.find(path)!;
  const bytes = new Uint8Array(node.size);
  if (node.contents) await contents.read(node.contents.layer, bytes, node.contents.offset);
  return new TextDecoder().decode(bytes);
}

describe('layers that GNU tar has written', () => {
  test('have the names, modes, owners, links and contents of the folder', async () => {
    const root = join(folder, 'root');
    mkdirSync(join(root, 'etc'), { recursive: true });
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n', { mode: 0o644 });
    writeFileSync(join(root, 'su'), 'x', { mode: 0o755 });
    execFileSync('chmod', ['4755', join(root, 'su')]);
    execFileSync('ln', [join(root, 'su'), join(root, 'sudo')]);
    symlinkSync('/etc/passwd', join(root, 'link'));
    execFileSync('mkfifo', ['-m', '600', join(root, 'pipe')]);
    const deep = Array.from({ length: 40 }, (_, n) => `directory-${n}`).join('/');
    mkdirSync(join(root, deep), { recursive: true });
    writeFileSync(join(root, deep, 'Größe'), 'deep');
    const image = await openedLayers(tarOf(root));
    const found = listing(image.tree);
    expect(found['/su']).toBe('4755 0:0 2');
    expect(found['/sudo']).toBe('4755 0:0 2');
    expect(found['/link']).toBe('777 0:0 1 -> /etc/passwd');
    expect(found['/pipe']).toBe('600 0:0 1');
    expect(await contentOf(image, 'link')).toBe('root:x:0:0::/root:/bin/sh\n');
    expect(await contentOf(image, `${deep}/GrÃ¶Ã\u009fe`)).toBe('deep');
    expect(image.tree.find('su')).toBe(image.tree.find('sudo'));
  });

  test.each([
    ['none', (layer: Buffer) => layer],
    ['gzip', (layer: Buffer) => zlib.gzipSync(layer)],
    ['zstd', (layer: Buffer) => zlib.zstdCompressSync(layer)],
  ] as const)('are read with compression %s', async (_name, pack) => {
    const layer = rawTar([{ name: 'file', data: text('contents') }]);
    const image = await opened(writeLayout(join(folder, 'image'), testImage([layer], {}, pack)));
    expect(await contentOf(image, 'file')).toBe('contents');
  });

  test('come from archives of both kinds, compressed too', async () => {
    const layer = rawTar([{ name: 'file', data: text('contents') }]);
    const built = testImage([layer], { Cmd: ['run'] });
    const docker = writeDockerArchive(join(folder, 'docker.tar'), built.config, [layer]);
    const layout = tarOf(writeLayout(join(folder, 'layout'), built));
    writeFileSync(join(folder, 'oci.tar.gz'), zlib.gzipSync(layout));
    for (const path of [docker, join(folder, 'oci.tar.gz'), join(folder, 'layout')]) {
      const image = await opened(path);
      expect(image.config.command).toEqual(['run']);
      expect(await contentOf(image, 'file')).toBe('contents');
    }
    // One layer, whatever it came from.
    expect(readdirSync(join(store.directory, 'layers'))).toEqual([sha256(layer).slice(7)]);
    expect(readdirSync(join(store.directory, 'work'))).toEqual([]);
  });
});

describe('a layer on top of others', () => {
  const base = rawTar([
    { name: 'a/', type: '5', mode: 0o755 },
    { name: 'a/one', data: text('1') },
    { name: 'a/two', data: text('2') },
    { name: 'bin', type: '2', link: 'usr/bin' },
    { name: 'usr/bin/', type: '5', mode: 0o755 },
    { name: 'usr/bin/tool', data: text('tool') },
  ]);

  test('removes what whiteouts name, and no file of its own', async () => {
    const { tree } = await openedLayers(
      base,
      rawTar([{ name: 'a/.wh.one' }, { name: 'a/one/', type: '5' }, { name: 'a/.wh.two' }, { name: '.wh.nothing' }]),
    );
    expect(Object.keys(listing(tree)).filter((path) => path.startsWith('/a'))).toEqual(['/a', '/a/one']);
    expect(tree.find('a/one')?.children).toBeDefined();
  });

  test('hides all of a directory that it makes opaque', async () => {
    const { tree } = await openedLayers(base, rawTar([{ name: 'a/new', data: text('n') }, { name: 'a/.wh..wh..opq' }]));
    expect(Object.keys(listing(tree)).filter((path) => path.startsWith('/a/'))).toEqual(['/a/new']);
  });

  test('adds to the directory that a link of the image leads to, as a chroot would', async () => {
    const image = await openedLayers(base, rawTar([{ name: 'bin/more', data: text('more') }]));
    expect(image.tree.find('bin')?.children?.size).toBe(2);
    expect(await contentOf(image, 'usr/bin/more')).toBe('more');
    expect(listing(image.tree)['/bin']).toContain('-> usr/bin');
  });

  test('may link to a file below it', async () => {
    const { tree } = await openedLayers(base, rawTar([{ name: 'again', type: '1', link: 'a/one' }]));
    expect(tree.find('again')).toBe(tree.find('a/one'));
    expect(tree.find('again')?.links).toBe(2);
  });

  test('changes the mode of a directory and keeps what is in it; a file takes its place', async () => {
    const { tree } = await openedLayers(
      base,
      rawTar([{ name: 'a/', type: '5', mode: 0o700, user: 5 }]),
      rawTar([{ name: 'usr', data: text('file') }]),
    );
    const found = listing(tree);
    expect(found['/a']).toBe('700 5:5 d');
    expect(found['/a/one']).toBeDefined();
    expect(Object.keys(found).filter((path) => path.startsWith('/usr'))).toEqual(['/usr']);
  });

  test('has devices with their numbers', async () => {
    const { tree } = await openedLayers(rawTar([{ name: 'dev/big', type: '3', mode: 0o666, device: [259, 300] }]));
    // Linux, include/linux/kdev_t.h: new_encode_dev.
    expect(tree.find('dev/big')).toMatchObject({
      mode: 0o020666,
      device: (300 & 0xff) | (259 << 8) | ((300 & ~0xff) << 12),
    });
  });
});

const hostile: readonly (readonly [string, RawMember[], string])[] = [
  ['a name with ..', [{ name: 'a/../../etc/passwd', data: text('x') }], "'a/../../etc/passwd': its name leads out"],
  ['a name that begins with ..', [{ name: '../up' }], "'../up': its name leads out"],
  ['a hard link with ..', [{ name: 'h', type: '1', link: '../../etc/shadow' }], "'../../etc/shadow' leads out"],
  ['an absolute hard link', [{ name: 'h', type: '1', link: '/etc/shadow' }], "hard link to '/etc/shadow', out of"],
  ['a hard link to nothing', [{ name: 'h', type: '1', link: 'nothing' }], "'nothing', which is not in the image"],
  [
    'a hard link by a link out of the root',
    [
      { name: 'up', type: '2', link: '../../../..' },
      { name: 'h', type: '1', link: 'up/etc/shadow' },
    ],
    "'up/etc/shadow', which is not in the image",
  ],
  [
    'a file in a file',
    [
      { name: 'f', data: text('x') },
      { name: 'f/g', data: text('y') },
    ],
    "'f/g': it is in a file",
  ],
  ['a whiteout of ..', [{ name: 'a/.wh...' }], 'removes no file'],
  ['a long name', [{ name: 'x'.repeat(99), type: 'L', data: text(`${'n'.repeat(300)}\0`) }, { name: 'y' }], 'too long'],
  ['a size that is not there', [{ name: 'f', size: 4096 }], 'no archive that can be read'],
];

describe('what is hostile is refused by name', () => {
  test.each(hostile)('%s', async (_name, members, why) => {
    await expect(openedLayers(rawTar(members))).rejects.toThrow(why);
    expect(existsSync(join(store.directory, 'images'))).toBe(false);
    expect(readdirSync(folder).sort()).toEqual(['cache', 'image']);
  });

  test('links out of the root lead nowhere but to the root', async () => {
    const { tree } = await openedLayers(
      rawTar([
        { name: 'up', type: '2', link: '../../../etc' },
        { name: 'up/passwd', data: text('inside') },
        { name: 'loop', type: '2', link: 'loop' },
        { name: 'etc/', type: '5' },
      ]).subarray(),
    ).catch((error: Error) => ({ tree: error }));
    // "up" leads to /etc, which is not there yet when the file comes.
    expect(String(tree)).toContain("'up/passwd': it is in a file that is no directory");
    const { tree: good } = await openedLayers(
      rawTar([
        { name: 'etc/', type: '5' },
        { name: 'up', type: '2', link: '../../../etc' },
        { name: 'up/passwd', data: text('inside') },
        { name: 'loop', type: '2', link: 'loop' },
      ]),
    );
    expect(good.find('etc/passwd')?.size).toBe(6);
    expect(good.find('loop/x')).toBeUndefined();
  });

  test('layers that unpack to more than is allowed, by their headers and by their bytes', async () => {
    const small = new ImageStore(join(folder, 'cache'), { entries: 10, bytes: 1 << 20, names: 900 });
    const add = async (...layers: readonly Buffer[]) => {
      const path = writeLayout(join(folder, 'image'), testImage(layers));
      await imageFor(small, { image: path }, quiet);
    };
    await expect(add(rawTar([{ name: 'zeros', data: Buffer.alloc(2 << 20) }]))).rejects.toThrow(
      "'zeros': 1048576 bytes in all are possible",
    );
    await expect(add(Buffer.alloc(2 << 20))).rejects.toThrow('unpacks to more than 1048576 bytes');
    await expect(add(rawTar(Array.from({ length: 11 }, (_, n) => ({ name: `f${n}` }))))).rejects.toThrow(
      "'f10': 10 files are possible",
    );
    const links = Array.from({ length: 8 }, (_, n) => ({ name: `${n}`, type: '2', link: 'x'.repeat(90) }));
    const names = links.slice(0, 2).map(({ name }) => ({ name: name.repeat(200) }));
    await expect(add(rawTar([...links, ...names]))).rejects.toThrow('900 bytes of names are possible');
    expect(readdirSync(join(folder, 'cache/layers'))).toEqual([]);
    const six = (letter: string) => rawTar(Array.from({ length: 6 }, (_, n) => ({ name: `${letter}${n}` })));
    await expect(add(six('a'), six('b'))).rejects.toThrow(
      'its layers have more than 10 files or 900 bytes of names together',
    );
  });

  test('layers that are named many times, each within its bounds', async () => {
    const small = new ImageStore(join(folder, 'cache'), { entries: 10, bytes: 1 << 20, names: 900 });
    const six = (letter: string) => rawTar(Array.from({ length: 6 }, (_, n) => ({ name: `${letter}${n}` })));
    const [a, b] = [six('a'), rawTar([])];
    const path = writeLayout(join(folder, 'image'), testImage(Array.from({ length: 200 }, (_, n) => (n % 2 ? b : a))));
    await expect(imageFor(small, { image: path }, quiet)).rejects.toThrow('its layers have more than 10 files');
  });
});

test('a layer that stands right on an equal one changes nothing, and is read once', async () => {
  const small = new ImageStore(join(folder, 'cache'), { entries: 10, bytes: 1 << 20, names: 900 });
  const layer = rawTar(Array.from({ length: 6 }, (_, n) => ({ name: `f${n}`, data: text(`${n}`) })));
  const last = rawTar([{ name: 'f1', data: text('changed') }]);
  const path = writeLayout(join(folder, 'image'), testImage([...new Array(400).fill(layer), last]));
  const ready = await readyImage(small, await imageFor(small, { image: path }, quiet));
  images.push(ready);
  expect(ready.tree.count).toBe(8);
  expect(await contentOf(ready, 'f5')).toBe('5');
  expect(await contentOf(ready, 'f1')).toBe('changed');
});

describe('an archive of an image', () => {
  const layer = rawTar([{ name: 'file', data: text('contents') }]);
  const { config } = testImage([layer]);
  const manifest = text(JSON.stringify([{ Config: 'config', Layers: ['layer'] }]));
  const members = [
    { name: 'manifest.json', data: text('[]') },
    { name: 'manifest.json', data: manifest },
    { name: 'config', data: config },
    { name: 'layer', data: layer },
  ];

  test('may have two members of one name: the later one counts, and other files stay as they are', async () => {
    const archive = join(folder, 'twice.tar');
    writeFileSync(archive, rawTar(members));
    expect(await contentOf(await opened(archive), 'file')).toBe('contents');
  });

  test('has no more members and bytes than is allowed', async () => {
    const archive = join(folder, 'large.tar.gz');
    writeFileSync(archive, zlib.gzipSync(rawTar([...members, { name: 'zeros', data: Buffer.alloc(1 << 20) }])));
    const open = (entries: number, bytes: number) =>
      openLayout(archive, join(folder, 'work'), undefined, { entries, bytes, names: 1000 });
    await expect(open(4, 2 << 20)).rejects.toThrow(`${archive}: 4 files are possible`);
    await expect(open(5, 1 << 20)).rejects.toThrow(`${archive}: it unpacks to more than 1048576 bytes`);
    expect((await open(5, 2 << 20)).name).toBe(archive);
  });

  test('has no names that are longer than those of files', async () => {
    const archive = join(folder, 'names.tar');
    const path = `${text('a'.repeat(5000))}`;
    const record = `5011 path=${path}\n`;
    writeFileSync(
      archive,
      rawTar([{ name: 'x', type: 'x', data: text(record) }, { name: 'a', type: '1', link: 'b' }, ...members]),
    );
    await expect(openLayout(archive, join(folder, 'work'))).rejects.toThrow(
      `${archive}: it has a file whose name is longer than 4096 bytes`,
    );
  });
});

describe('what is damaged, or of another kind, is refused by name', () => {
  test('blobs and layers with other digests or sizes than are told', async () => {
    const layer = rawTar([{ name: 'file', data: text('contents') }]);
    const built = testImage([layer]);
    const digests = [...built.blobs.keys()];
    for (const digest of digests) {
      const path = writeLayout(join(folder, 'image'), built);
      const blob = Buffer.from(built.blobs.get(digest)!);
      const file = join(path, 'blobs', digest.replace(':', '/'));
      blob[blob.length - 1]! ^= 1;
      writeFileSync(file, blob);
      await expect(opened(path)).rejects.toThrow(`it should be ${digest}`);
      writeFileSync(file, blob.subarray(1));
      await expect(opened(path)).rejects.toThrow(`${digest} has ${blob.length - 1} bytes`);
      writeFileSync(file, Buffer.concat([blob, blob]));
      await expect(opened(path)).rejects.toThrow(`${digest} is longer than`);
      rmSync(file);
      await expect(opened(path)).rejects.toThrow(`lacks the blob ${digest}`);
    }
    const other = testImage([rawTar([{ name: 'other' }])]);
    const archive = writeDockerArchive(join(folder, 'docker.tar'), other.config, [layer]);
    await expect(opened(archive)).rejects.toThrow(`the digest of what came is ${sha256(layer)}`);
  });

  test('images for another platform, and of other kinds', async () => {
    const amd64 = testImage([], {}, zlib.gzipSync, 'amd64');
    await expect(opened(writeLayout(join(folder, 'image'), amd64))).rejects.toThrow(
      'is for linux/amd64; linux/386 is what runs here',
    );
    mkdirSync(join(folder, 'empty'));
    await expect(opened(join(folder, 'empty'))).rejects.toThrow('has no image');
    writeFileSync(join(folder, 'text'), 'no archive at all, in more than 512 bytes '.repeat(20));
    await expect(opened(join(folder, 'text'))).rejects.toThrow('no archive that can be read');
    await expect(opened('./nothing/here')).rejects.toThrow('there is no such file or folder');
    await expect(opened('missing.tar')).rejects.toThrow('missing.tar: there is no such file or folder');
    await expect(opened('images/missing.tar.gz')).rejects.toThrow('there is no such file or folder');
  });
});

test('an image whose file has changed is read again; others come from the cache; what is removed is gone', async () => {
  const [one, two] = ['one', 'two'].map((name) => rawTar([{ name, data: text(name) }]));
  const path = writeLayout(join(folder, 'image'), testImage([one!]));
  const first = await imageFor(store, { image: path }, quiet);
  expect(await imageFor(store, { image: path }, quiet)).toEqual(first);
  writeLayout(path, testImage([one!, two!]));
  const second = await imageFor(store, { image: path }, quiet);
  expect(second.id).not.toBe(first.id);
  expect(await store.list()).toEqual([second]);
  expect(await store.bytes(second)).toBe(6);
  await store.remove(second);
  expect(await store.list()).toEqual([]);
  expect(readdirSync(join(store.directory, 'layers'))).toEqual([]);
});

test('the layers of an image that another process adds stay where one is removed; a damaged configuration keeps none', async () => {
  const layers = ['one', 'two'].map((name) => rawTar([{ name, data: text(name) }]));
  const [removed, damaged] = [
    await imageFor(store, { image: writeLayout(join(folder, 'image'), testImage([layers[0]!])) }, quiet),
    await imageFor(store, { image: writeLayout(join(folder, 'other'), testImage([layers[1]!])) }, quiet),
  ];
  writeFileSync(join(store.directory, 'configs', `${damaged.id.slice('sha256:'.length)}.json`), 'no configuration');
  mkdirSync(join(store.directory, 'adding'), { recursive: true });
  writeFileSync(join(store.directory, 'adding', `another.${process.pid}.1.tmp`), JSON.stringify([sha256(layers[0]!)]));
  await store.remove(removed);
  expect(readdirSync(join(store.directory, 'layers'))).toEqual([sha256(layers[0]!).slice('sha256:'.length)]);
});

test('a layer that ends behind its last file, as umoci insert writes it, is whole', async () => {
  const members: readonly RawMember[] = [
    { name: 'a', data: text('first') },
    { name: 'b', data: text('last') },
  ];
  const whole = rawTar(members);
  const padding = 1024 + (512 - 'last'.length);
  const opened = await openedLayers(whole.subarray(0, whole.length - padding));
  expect(await contentOf(opened, 'b')).toBe('last');
});

test('what is neither a file nor to be had from a registry is called both', async () => {
  await expect(imageFor(store, { image: 'localhost:1/no-such.tar' }, quiet)).rejects.toThrow(
    "a file or folder 'localhost:1/no-such.tar' is not here either",
  );
});

test('an image that lacks a layer is shown with what is there, and layers that a process unpacks stay', async () => {
  const layers = ['one', 'three'].map((name) => rawTar([{ name, data: text(name) }]));
  const image = await imageFor(store, { image: writeLayout(join(folder, 'image'), testImage(layers)) }, quiet);
  const kept = join(store.directory, 'layers');
  rmSync(join(kept, sha256(layers[0]!).slice('sha256:'.length)), { recursive: true });
  expect(await store.bytes(image)).toBe(5);
  const ended = spawnSync('true').pid;
  mkdirSync(join(kept, `abc.${process.pid}.1.tmp`));
  mkdirSync(join(kept, `abc.${ended}.1.tmp`));
  await store.remove(image);
  expect(readdirSync(kept)).toEqual([`abc.${process.pid}.1.tmp`]);
});

test('what a process that was killed has left unfinished is removed by the next one that adds an image', async () => {
  const ended = spawnSync('true').pid;
  const left = ['work', 'adding', 'layers', 'images', 'configs'].map((name) => join(store.directory, name));
  for (const path of left) mkdirSync(join(path, `x.${ended}.1.tmp`), { recursive: true });
  mkdirSync(join(left[0]!, `x.${process.pid}.1.tmp`));
  await openedLayers(rawTar([{ name: 'one' }]));
  const unfinished = left.flatMap((path) => readdirSync(path).filter((name) => name.endsWith('.tmp')));
  expect(unfinished).toEqual([`x.${process.pid}.1.tmp`]);
});

test('one image may be added twice at the same time', async () => {
  const path = writeLayout(join(folder, 'image'), testImage([rawTar([{ name: 'one', data: text('1') }])]));
  const [first, second] = await Promise.all([1, 2].map(() => imageFor(store, { image: path }, quiet)));
  expect(first!.id).toBe(second!.id);
  expect(await store.find(first!.name)).toBeDefined();
});

test('a record that is damaged hides no other image', async () => {
  const image = await imageFor(
    store,
    { image: writeLayout(join(folder, 'image'), testImage([rawTar([{ name: 'one' }])])) },
    quiet,
  );
  for (const damaged of ['{"name":', 'null', '{"name":"x","id":"../../x"}'])
    writeFileSync(join(store.directory, 'images', `${damaged.length}.json`), damaged);
  expect(await store.list()).toEqual([image]);
});

test('the contents of an image stay open for the next machine where one that had them could not be restored', async () => {
  const { tree, contents } = await openedLayers(rawTar([{ name: 'one', data: text('1') }]));
  await new ImageFolder(tree, contents).close();
  const again = new ImageFolder(tree, contents);
  const file = (await again.open(await again.walk(again.root(), 'one'), 0)) as OpenFile;
  const bytes = new Uint8Array(1);
  expect(await file.read(bytes, 0)).toBe(1);
  expect([...bytes]).toEqual([...text('1')]);
});

test.each([
  ['[null]', 'does not say what the image is made of'],
  ['[{"Config":5,"RepoTags":5,"Layers":[null]}]', 'does not say what the image is made of'],
  ['[{"RepoTags":[5,null,"a:1"]},{}]', 'has several images; give'],
])('an archive whose manifest.json is %s is refused', async (manifest, why) => {
  const path = join(folder, 'image.tar');
  writeFileSync(path, rawTar([{ name: 'manifest.json', data: text(manifest) }]));
  await expect(opened(path)).rejects.toThrow(why);
});

test('a named pipe is refused: nobody may ever write to it', async () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  await expect(opened(path)).rejects.toThrow(`${path} is a named pipe; give a file`);
});

test('an image of several in an archive is had by the names that the error lists', async () => {
  const layer = rawTar([{ name: 'one' }]);
  const { config } = testImage([layer]);
  const images = ['a:1', 'a:2'].map((tag) => ({ Config: 'config', RepoTags: [tag], Layers: ['layer'] }));
  const path = join(folder, 'two.tar');
  const members = [
    { name: 'manifest.json', data: text(JSON.stringify(images)) },
    { name: 'config', data: config },
    { name: 'layer', data: layer },
  ];
  writeFileSync(path, rawTar(members));
  await expect(opened(path)).rejects.toThrow(`give ${path}:TAG, with one of a:1, a:2`);
  for (const tag of ['a:2', '2']) expect((await opened(`${path}:${tag}`)).tree.find('one')).toBeDefined();
});

test('a damaged archive is refused also where the cache has its layers', async () => {
  const layer = rawTar([{ name: 'file', data: text('x'.repeat(5000)) }]);
  const path = join(folder, 'whole.tar');
  writeDockerArchive(path, testImage([layer]).config, [layer]);
  await opened(path);
  const bytes = readFileSync(path);
  bytes[bytes.indexOf('xxxx') + 9] = 0x79;
  const damaged = join(folder, 'damaged.tar');
  writeFileSync(damaged, bytes);
  await expect(opened(damaged)).rejects.toThrow(`layer 1 of ${damaged}: the digest of what came is sha256:`);
  // Another whole one is checked, and taken from the cache.
  const other = join(folder, 'other.tar');
  copyFileSync(path, other);
  const steps: string[] = [];
  await imageFor(store, { image: other }, (step) => steps.push(step));
  expect(steps).toEqual([`Reading ${other}`, 'Checking layer 1 of 1']);
});

test('the configuration of an image in a file is shown, in the cache or not, and of one that has gone', async () => {
  const layer = rawTar([{ name: 'file', data: text('one') }]);
  const { config } = testImage([layer], { Cmd: ['own'] });
  const path = join(folder, 'image.tar');
  writeDockerArchive(path, config, [layer]);
  const shown = { name: path, id: sha256(config), ...JSON.parse(config.toString()) };
  expect(await inspectImage(path, store)).toEqual(shown);
  expect(await store.list()).toEqual([]);
  await opened(path);
  expect(await inspectImage(path, store)).toEqual(shown);
  rmSync(path);
  expect(await inspectImage(path, store)).toEqual(shown);
  await expect(inspectImage(join(folder, 'none.tar'), store)).rejects.toThrow('is not in the cache');
  await expect(inspectImage(folder, store)).rejects.toThrow(`${folder} has no image`);
});
