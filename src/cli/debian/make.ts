import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, debianLinux, Machine, type Progress } from '../../index.ts';
import { hasApt } from '../../node/assets/apt.ts';
import { inWorkFolder } from '../../node/assets/cache.ts';
import { type MakingGuest, prepareMaking } from '../../node/linux/debian-disk/disk.ts';
import { Making } from '../../node/linux/debian-disk/making.ts';
import type { MakingSettings } from '../../node/linux/debian-disk/settings.ts';
import { systemMessage } from '../../node/process/system-message.ts';
import { messageOf } from '../../util/errors.ts';
import { ExitError } from '../exit-error.ts';
import { makeImage } from '../image/new-image.ts';
import { ProgressLine } from '../progress-line.ts';
import type { DebianArguments } from './arguments.ts';

/** Memory of the guest that makes the disk, in megabytes. */
const MEMORY = 512;

/**
 * Makes the disk: beside its place, and puts it there when it is whole.
 * @throws ConfigurationError, ExitError that says what could not be had or done
 */
export async function makeDisk(wanted: DebianArguments): Promise<void> {
  const { disk } = wanted;
  const settings = await settingsOf(wanted);
  if (!(await hasApt()))
    throw new ConfigurationError(
      'debian: the host has no apt client (apt-get, apt-cache, dpkg-deb), which gets the packages',
    );
  const part = `${disk}.part`;
  if (existsSync(part))
    process.stderr.write(`${part} is left of a command that was interrupted: the disk is made from the start.\n`);
  const line = new ProgressLine();
  const times = new StepTimes(line.report);
  try {
    const guest = { disk, part, settings, progress: times.report };
    await inWorkFolder('debian-making', (work) => makeIn(work, guest));
    await rename(part, disk);
    line.end();
    process.stderr.write(`${disk} is made in ${times.summary()}\n`);
  } catch (error) {
    line.end();
    throw new ExitError(`${disk} could not be made: ${messageOf(error)}`, 1);
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
      if (own !== undefined && hasOnlyKeys(own)) return own;
    }
    process.stderr.write('There is no public key in ~/.ssh: nobody can log in by ssh. --key FILE gives one.\n');
    return undefined;
  }
  const text = await readFile(file, 'utf8').catch((error) => {
    throw new ConfigurationError(`debian: --key ${file} cannot be read: ${systemMessage(error)}`);
  });
  if (!hasOnlyKeys(text))
    throw new ConfigurationError(
      `debian: --key ${file} has something else than public keys; give the file that ends with .pub`,
    );
  return text;
}

/** Whether it is lines of authorized_keys (sshd(8)), at least one of them a key, with options before it or none. */
function hasOnlyKeys(text: string): boolean {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  return lines.length > 0 && lines.every((line) => /(^|\s)(ssh-|ecdsa-|sk-)\S+ AAAA/.test(line));
}

/** A disk that is being made. */
interface NewDisk {
  readonly disk: string;
  /** Its file until it is whole. */
  readonly part: string;
  readonly settings: MakingSettings;
  readonly progress: Progress;
}

async function makeIn(work: string, { disk, part, settings, progress }: NewDisk): Promise<void> {
  const linux = await debianLinux(progress);
  const guest = await prepareMaking(linux, work, settings, progress);
  await makeImage(part, 'qcow2', { size: settings.size });
  try {
    const making = await runGuest(guest, part, progress);
    if (making.failure === undefined) return;
    const log = `${disk}.log`;
    await writeFile(log, making.said);
    throw new Error(`${making.failure}. All that the guest said is in ${log}; at the end:\n${making.lastLines}`);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Runs the guest that makes the disk, to its end. */
async function runGuest(guest: MakingGuest, image: string, progress: Progress): Promise<Making> {
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
  return making;
}

/** Passes progress on, and measures how long each activity takes. */
export class StepTimes {
  readonly #progress: Progress;
  readonly #now: () => number;
  readonly #steps: { readonly activity: string; readonly start: number }[] = [];

  /** @param now milliseconds of some clock */
  constructor(progress: Progress, now: () => number = () => performance.now()) {
    this.#progress = progress;
    this.#now = now;
  }

  readonly report: Progress = (activity, percent) => {
    if (this.#steps.at(-1)?.activity !== activity) this.#steps.push({ activity, start: this.#now() });
    this.#progress(activity, percent);
  };

  /** The whole time, and a line for each activity so far. */
  summary(): string {
    const end = this.#now();
    const lines = this.#steps.map(({ activity, start }, n) => {
      const seconds = ((this.#steps[n + 1]?.start ?? end) - start) / 1000;
      return `${seconds.toFixed(1).padStart(8)} s  ${activity}`;
    });
    const all = (end - (this.#steps[0]?.start ?? end)) / 1000;
    return [`${all.toFixed(1)} s:`, ...lines].join('\n');
  }
}
