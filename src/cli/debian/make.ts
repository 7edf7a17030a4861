import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../errors.ts';
import { ConfigurationError, debianLinux, Machine, type Progress } from '../../index.ts';
import { hasApt } from '../../node/assets/apt.ts';
import { cacheDirectory } from '../../node/assets/cache.ts';
import { type MakingGuest, prepareMaking } from '../../node/linux/debian-disk/disk.ts';
import { Making } from '../../node/linux/debian-disk/making.ts';
import type { MakingSettings } from '../../node/linux/debian-disk/settings.ts';
import { ExitError } from '../exit-error.ts';
import { makeImage } from '../image/new-image.ts';
import { ProgressLine } from '../progress-line.ts';
import type { DebianArguments } from './arguments.ts';

/** Of the guest that makes it, in megabytes. */
const MEMORY = 512;

/**
 * Makes the disk: beside its place, and puts it there when it is whole.
 * @throws ConfigurationError, ExitError that says what could not be had or done
 */
export async function makeDisk(wanted: DebianArguments): Promise<void> {
  if (!(await hasApt()))
    throw new ConfigurationError(
      'debian: the host has no apt client (apt-get, apt-cache, dpkg-deb), which gets the packages',
    );
  const settings = await settingsOf(wanted);
  await mkdir(cacheDirectory(), { recursive: true });
  const work = await mkdtemp(join(cacheDirectory(), 'making-'));
  const part = `${wanted.disk}.part`;
  const progress = new ProgressLine();
  try {
    await rm(part, { force: true });
    await makeIn(work, part, settings, progress.report);
    await rename(part, wanted.disk);
  } catch (error) {
    progress.end();
    await rm(part, { force: true });
    throw new ExitError(`${wanted.disk} could not be made: ${messageOf(error)}`, 1);
  } finally {
    progress.end();
    await rm(work, { recursive: true, force: true });
  }
}

async function settingsOf(wanted: DebianArguments): Promise<MakingSettings> {
  const keys = await keysOf(wanted.key);
  const { size, release, packages, user, hostname } = wanted;
  return {
    size,
    packages,
    hostname,
    ...(release !== undefined && { release }),
    ...(user !== undefined && { user }),
    ...(keys !== undefined && { keys }),
  };
}

/** @throws ConfigurationError if the file cannot be read or is no public key */
async function keysOf(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) {
    for (const kind of ['ed25519', 'ecdsa', 'rsa']) {
      const own = await readFile(join(homedir(), '.ssh', `id_${kind}.pub`), 'utf8').catch(() => undefined);
      if (own !== undefined) return own;
    }
    return undefined;
  }
  const text = await readFile(file, 'utf8').catch((error) => {
    throw new ConfigurationError(`debian: --key ${file} cannot be read: ${messageOf(error)}`);
  });
  if (text.includes('PRIVATE KEY') || !/^(ssh|ecdsa|sk-)/m.test(text))
    throw new ConfigurationError(`debian: --key ${file} has no public key; give the file that ends with .pub`);
  return text;
}

async function makeIn(work: string, image: string, settings: MakingSettings, progress: Progress): Promise<void> {
  const linux = await debianLinux(progress);
  const guest = await prepareMaking(linux, work, settings, progress);
  await makeImage(image, 'qcow2', { size: settings.size });
  await runGuest(guest, image, progress);
}

async function runGuest(guest: MakingGuest, image: string, progress: Progress): Promise<void> {
  const { kernel, initrd, append, archives } = guest;
  await using machine = await Machine.create({
    memory: MEMORY,
    boot: { kernel, initrd, append },
    drives: [
      { image, format: 'qcow2', interface: 'virtio' },
      { image: archives, format: 'raw', interface: 'virtio', readOnly: true },
    ],
    reboot: 'exit',
  });
  const making = new Making(guest, progress);
  const decoder = new TextDecoder();
  machine.serial.on('data', (bytes) => making.receive(decoder.decode(bytes, { stream: true })));
  progress('Booting the guest that makes it');
  await machine.start();
  await machine.exited;
  making.check();
}
