import { checkContainerOptions } from '../../containers/checks.ts';
import { Container } from '../../containers/container.ts';
import { keptMachine } from '../../containers/kept-machine.ts';
import type { BootMachine, MachineSettings } from '../../containers/running.ts';
import type { Host } from '../../host.ts';
import { memorySize } from '../../options/memory-size.ts';
import { untilAborted } from '../../util/abort.ts';
import { checkString, checkText } from '../../util/checks.ts';
import { atOption, ConfigurationError } from '../../util/errors.ts';
import { loadImage } from '../../util/image.ts';
import type { Progress } from '../../util/progress.ts';
import { inCache } from '../files/cache-problem.ts';
import { cachedGuest, LEAST_MEMORY, MEMORY, saveGuest } from './guest.ts';
import { ImageStore } from './image-store.ts';
import { type ImageRequest, imageFor, readyImage } from './images.ts';

/** A container: its image, its first process, and what of the host it has. */
export interface ContainerOptions extends MachineSettings, ImageRequest {
  /** Memory of its machine: megabytes, or a text such as "512M". What the container writes is in it, too. Default: 256. */
  readonly memory?: number | string;
  /** Path of a machine that waits for a container, as `rawiron container machine` makes it. Default: one of this host's cache. */
  readonly machine?: string;
}

const ownNames: readonly (keyof ContainerOptions)[] = ['image', 'pull', 'credentials', 'memory', 'machine'];

/**
 * Runs an image's command, or another one in it.
 * @param progress hears what takes long: the image is had, the kernel boots the first time
 * @throws ConfigurationError
 */
export async function runContainer(
  options: ContainerOptions,
  host: Host,
  progress: Progress = () => {},
): Promise<Container> {
  checkContainerOptions(options, ownNames);
  const { memory, machine, image, pull, credentials, ...settings } = options;
  if (typeof image !== 'string') throw new ConfigurationError('image must be a path, or a name in a registry', 'image');
  const boot = bootFrom(machine, memory, host, progress);
  return await inCache(async () => {
    const store = new ImageStore();
    const wanted = imageFor(store, { image, credentials, ...(pull && { pull }) }, progress);
    const stored = await untilAborted(settings.signal, wanted);
    return await Container.start(await readyImage(store, stored), settings, boot);
  });
}

function bootFrom(
  machine: string | undefined,
  memory: number | string | undefined,
  host: Host,
  progress: Progress,
): BootMachine {
  atOption('machine', () => checkText('machine', machine));
  if (machine === undefined) {
    const size = atOption('memory', () => megabytes(memory));
    return (changes) => cachedGuest(size, changes, host, progress);
  }
  if (memory !== undefined)
    throw new ConfigurationError(`a container has the memory of the machine in ${machine}; leave memory out`, 'memory');
  return async (changes) => keptMachine(await loadImage('machine', machine, host), machine, changes, host);
}

/**
 * Makes a file of a machine that waits for a container: for pages, and for hosts without an apt client.
 * @param memory as in a container's options
 * @throws ConfigurationError if the kernel cannot be had, or the file cannot be written
 */
export async function saveMachine(
  file: string,
  memory: number | string | undefined,
  host: Host,
  progress: Progress = () => {},
): Promise<void> {
  checkString('the file', file);
  await saveGuest(file, megabytes(memory), host, progress);
}

/** @throws ConfigurationError */
function megabytes(memory: number | string = MEMORY): number {
  const size = Math.ceil(memorySize(memory) / 2 ** 20);
  if (size < LEAST_MEMORY)
    throw new ConfigurationError(
      `memory: ${size} MB is too little for a container's machine; at least ${LEAST_MEMORY} MB is needed`,
    );
  return size;
}
