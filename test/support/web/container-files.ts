import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll } from 'vitest';
import { Container } from '../../../src/index.ts';
import { type TestImage, tarOf, testImage, writeDockerArchive, writeLayout } from '../container-images.ts';
import { findLinux } from '../linux-shell.ts';

const TIMEOUT = 300_000;
const found = await findLinux();

/** Why no container can be run; empty if one can. */
export const noContainers = typeof found === 'string' ? ` (${found})` : '';

const config = { Cmd: ['sh', '-c', 'echo default'], Env: ['FROM_IMAGE=1'] };
const applets = ['sh', 'sort', 'cat', 'id', 'wget'];

/**
 * Makes, before the tests of a file, the files of a web server by their paths: `machine`, which waits for a container; an image of busybox as
 * `docker.tar`, and in OCI's layout in `members/` (a layer in several members of gzip), `zstd/` and `damaged/`.
 */
export function useContainerFiles(): () => Readonly<Record<string, Uint8Array>> {
  let folder: string | undefined;
  let files: Record<string, Uint8Array> = {};
  beforeAll(async () => {
    if (typeof found === 'string') return;
    folder = mkdtempSync(join(tmpdir(), 'page-containers-'));
    files = await filesIn(folder, found.busybox);
  }, TIMEOUT);
  afterAll(() => folder && rmSync(folder, { recursive: true, force: true }));
  return () => files;
}

async function filesIn(folder: string, busybox: Uint8Array): Promise<Record<string, Uint8Array>> {
  const [machine, archive] = [join(folder, 'machine'), join(folder, 'docker.tar')];
  await Container.saveMachine(machine, { memory: 128 });
  const layers = [tarOf(busyboxRoot(join(folder, 'root'), busybox))];
  const image = testImage(layers, config);
  writeDockerArchive(archive, image.config, layers);
  return {
    '/machine': readFileSync(machine),
    '/docker.tar': readFileSync(archive),
    ...filesOfLayout(folder, 'members', testImage(layers, config, inMembers)),
    ...filesOfLayout(folder, 'zstd', testImage(layers, config, zstdCompressSync)),
    ...filesOfLayout(folder, 'damaged', damaged(image)),
  };
}

/** Two members of gzip, one behind the other, as tools write them that let a registry hand out parts of a layer. */
const inMembers = (layer: Buffer) => Buffer.concat([gzipSync(layer.subarray(0, 1000)), gzipSync(layer.subarray(1000))]);

/** An image with some bytes of its layer overwritten. */
function damaged(image: TestImage): TestImage {
  const layer = [...image.blobs.keys()].at(-1)!;
  const bytes = Buffer.from(image.blobs.get(layer)!).fill(7, 100, 200);
  return { ...image, blobs: new Map([...image.blobs, [layer, bytes]]) };
}

function busyboxRoot(root: string, busybox: Uint8Array): string {
  for (const name of ['bin', 'etc']) mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, 'bin/busybox'), busybox, { mode: 0o755 });
  for (const applet of applets) symlinkSync('busybox', join(root, 'bin', applet));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/:/bin/sh\n');
  return root;
}

function filesOfLayout(folder: string, name: string, image: TestImage): Record<string, Uint8Array> {
  const layout = writeLayout(join(folder, name), image);
  const paths = ['index.json', ...[...image.blobs.keys()].map((digest) => `blobs/${digest.replace(':', '/')}`)];
  return Object.fromEntries(paths.map((path) => [`/${name}/${path}`, readFileSync(join(layout, path))]));
}
