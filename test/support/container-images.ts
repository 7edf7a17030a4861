import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The configuration of an image, as OCI has it. */
export interface TestConfig {
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  readonly User?: string;
}

export const sha256 = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The archive of a folder by GNU tar, whose members are what these words name; all belongs to root. */
export function tarOf(folder: string, ...words: readonly string[]): Buffer {
  const options = ['--owner=0', '--group=0', '--numeric-owner', '--format=gnu', '--sort=name'];
  return execFileSync('tar', [...options, '-C', folder, '-c', ...(words.length > 0 ? words : ['.'])], {
    maxBuffer: 1 << 30,
  });
}

/** One member of an archive that no tool would write. */
export interface RawMember {
  readonly name: string;
  readonly type?: string;
  readonly link?: string;
  readonly mode?: number;
  readonly user?: number;
  readonly data?: Uint8Array;
  /** The size in the header, where it is not the length of the data. */
  readonly size?: number;
  readonly device?: readonly [major: number, minor: number];
}

/** An archive in the ustar format (POSIX.1-1988), by hand. */
export function rawTar(members: readonly RawMember[]): Buffer {
  const parts = members.flatMap((member) => {
    const { name, type = '0', link = '', mode = 0o644, user = 0, data = new Uint8Array(), device = [0, 0] } = member;
    const header = Buffer.alloc(512);
    const octal = (value: number, at: number, length: number) =>
      header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
    header.write(name, 0, 100);
    octal(mode, 100, 8);
    octal(user, 108, 8);
    octal(user, 116, 8);
    octal(member.size ?? data.length, 124, 12);
    octal(0, 136, 12);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(link, 157, 100);
    header.write('ustar\0', 257);
    header.write('00', 263);
    octal(device[0], 329, 8);
    octal(device[1], 337, 8);
    octal(
      header.reduce((sum, byte) => sum + byte, 0),
      148,
      7,
    );
    return [header, data, Buffer.alloc(-data.length & 511)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/** Blobs of an image by their digests, and its manifest. */
export interface TestImage {
  readonly manifest: Buffer;
  readonly config: Buffer;
  readonly blobs: ReadonlyMap<string, Buffer>;
}

/** An image of these layers' archives, compressed by `pack`. */
export function testImage(
  layers: readonly Buffer[],
  config: TestConfig = {},
  pack: (layer: Buffer) => Buffer = gzipSync,
  architecture = '386',
): TestImage {
  const configuration = Buffer.from(
    JSON.stringify({
      architecture,
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => sha256(layer)) },
    }),
  );
  const packed = layers.map((layer) => pack(layer));
  const descriptor = (bytes: Buffer, mediaType: string) => ({ mediaType, digest: sha256(bytes), size: bytes.length });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: descriptor(configuration, 'application/vnd.oci.image.config.v1+json'),
      layers: packed.map((layer) => descriptor(layer, 'application/vnd.oci.image.layer.v1.tar+gzip')),
    }),
  );
  const blobs = new Map([manifest, configuration, ...packed].map((blob) => [sha256(blob), blob]));
  return { manifest, config: configuration, blobs };
}

/** Writes an image as a folder in OCI's layout. */
export function writeLayout(folder: string, { manifest, blobs }: TestImage, tag = 'latest'): string {
  write(folder, 'oci-layout', '{"imageLayoutVersion":"1.0.0"}');
  for (const [digest, blob] of blobs) write(folder, `blobs/${digest.replace(':', '/')}`, blob);
  const entry = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: sha256(manifest),
    size: manifest.length,
    annotations: { 'org.opencontainers.image.ref.name': tag },
  };
  write(folder, 'index.json', JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  return folder;
}

/** Writes an image as an archive, as `docker save` did before it had OCI's layout in it. */
export function writeDockerArchive(file: string, config: Buffer, layers: readonly Buffer[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'docker-archive-'));
  const name = `${sha256(config).slice(7)}.json`;
  write(folder, name, config);
  layers.forEach((layer, n) => {
    write(folder, `${n}/layer.tar`, layer);
  });
  const Layers = layers.map((_, n) => `${n}/layer.tar`);
  write(folder, 'manifest.json', JSON.stringify([{ Config: name, RepoTags: ['test:latest'], Layers }]));
  writeFileSync(file, tarOf(folder));
  rmSync(folder, { recursive: true });
  return file;
}

function write(folder: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}
