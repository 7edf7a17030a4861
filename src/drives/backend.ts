import type { BlockInput } from '../../runtime/host/block.ts';
import type { StorageHost } from '../storage/open.ts';
import type { Image } from '../util/image.ts';
import type { MediumOptions } from './options.ts';
import type { DriveStatus } from './protocol.ts';

/** The services that a drive needs from its surroundings. */
export interface DriveBackend {
  readonly storage: StorageHost;
  /** The machine is to see another medium in it, or its tray closed. */
  mediumChanged(name: string, medium: BlockInput): void;
  /** The library is to see what has become of it. */
  statusChanged(name: string, status: DriveStatus): void;
  /** Its tray was opened or closed. */
  trayMoved(name: string, isOpen: boolean): void;
  /** Something for the user to know. */
  tell(message: string): void;
}

/** An image to be opened, and the options for it. */
export interface Source {
  readonly image: Image;
  readonly options: MediumOptions;
}
