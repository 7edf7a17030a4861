import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AptClient } from '../../../src/node/assets/apt.ts';
import { debianKeyring } from '../../../src/node/assets/debian-client.ts';
import { run } from '../../../src/node/process/process.ts';
import type { Progress } from '../../../src/util/progress.ts';

/** A tree of QEMU's sources, of which only the tests are needed. */
export interface QemuSource {
  readonly directory: string;
  readonly version: string;
}

const debianSources = (keyring: string) =>
  `deb-src [signed-by=${keyring}] http://deb.debian.org/debian bookworm main\n`;
const SOURCE = /^qemu_(.*)\.dsc$/;

/** The source package of Debian 12, through the host's apt client, unpacked below `work`. Throws if it can't be had. */
export async function debianQemuSource(work: string, progress: Progress): Promise<QemuSource> {
  const keyring = await debianKeyring(await AptClient.create(join(work, 'host')), work, progress);
  const apt = await AptClient.create(join(work, 'source'), debianSources(keyring));
  await apt.update(progress);
  const files = await apt.downloadSource('qemu', progress);
  const archive = files.find((file) => /\.orig\.tar\.\w+$/.test(file));
  const version = files.map((file) => SOURCE.exec(basename(file))?.[1]).find((text) => text !== undefined);
  if (archive === undefined || version === undefined) throw new Error('the source package of qemu holds no archive');
  const directory = join(work, 'tree');
  await mkdir(directory);
  const wanted = ['*/tests/tcg/i386/*', '*/tests/tcg/multiarch/*'];
  await run('tar', ['-x', '-f', archive, '-C', directory, '--strip-components=1', '--wildcards', ...wanted]);
  return { directory, version: `Debian's source package ${version}` };
}

/** A source tree that is there already. */
export async function givenQemuSource(directory: string): Promise<QemuSource> {
  const version = await readFile(join(directory, 'VERSION'), 'utf8').catch(() => 'of unknown version');
  return { directory, version: version.trim() };
}
