import { checkContainerOptions } from '../../containers/checks.ts';
import { Container } from '../../containers/container.ts';
import { keptMachine } from '../../containers/kept-machine.ts';
import type { MachineSettings } from '../../containers/running.ts';
import { checkedBytes, checkFunction, isBytes } from '../../util/checks.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { checkImage, type Image, loadImage } from '../../util/image.ts';
import type { Progress } from '../../util/progress.ts';
import { browserHost, fetchImage } from '../host.ts';
import { pageImage } from './image.ts';

/** A container in a page: its image, its first process, and the machine that it is to run in. */
export interface ContainerOptions extends MachineSettings {
  /**
   * An archive (docker save, or OCI's), its bytes or its address; or the address of a folder in OCI's layout, which ends with a slash. Where
   * there are several images `:TAG` follows.
   */
  readonly image: Image;
  /** A machine that waits for a container, as `rawiron container machine` makes it: its bytes or its address. */
  readonly machine: Image;
}

const ownNames: readonly (keyof ContainerOptions)[] = ['image', 'machine'];

/**
 * Runs an image's command, or another one in it.
 * @param progress hears what takes long
 * @throws ConfigurationError
 */
export async function runContainer(options: ContainerOptions, progress: Progress = () => {}): Promise<Container> {
  checkContainerOptions(options, ownNames);
  checkHostOptions(options);
  checkFunction('progress', progress);
  const { image, machine, ...settings } = options;
  checkImage('image', image);
  checkImage('machine', machine);
  const { signal } = settings;
  const loading = loadImage('machine', machine, { readFile: (path) => fetchImage(path, signal) });
  // Where both fail, the error is the image's.
  loading.catch(() => {});
  const blob = isBytes(image) ? new Blob([new Uint8Array(checkedBytes('image', image))]) : image;
  const ready = await pageImage(blob, progress, signal);
  const name = typeof machine === 'string' ? machine : 'the machine';
  return await Container.start(ready, settings, async (changes) =>
    keptMachine(await loading, name, changes, browserHost),
  );
}

/** Refuses options that only Node has, before anything is loaded. */
function checkHostOptions({ machine, volumes = [], ports = [] }: ContainerOptions): void {
  if (machine === undefined)
    throw new ConfigurationError("a container in a page needs a machine; 'rawiron container machine FILE' makes one");
  const folder = volumes.findIndex((volume) => volume.folder !== undefined);
  if (folder >= 0)
    throw new ConfigurationError(`volumes[${folder}].folder: a page has no folders of the host; give files or server`);
  if (ports.length > 0) throw new ConfigurationError('a page has no ports at which others reach it; leave out ports');
}
