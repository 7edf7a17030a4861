/** The caller asked for something that cannot be: an option, a file or an image is wrong. The message says which. */
export class ConfigurationError extends Error {
  /** By which it is told from other errors. */
  override readonly name = 'ConfigurationError';
}

/** A machine that goes on here stood on an image that it doesn't bring; whoever asked for it has to give that. */
export class MissingImageError extends ConfigurationError {
  /** QEMU's name of the drive that it was in. */
  readonly drive: string;
  /** The image's name, as far as it is known. */
  readonly image: string;

  constructor(drive: string, image: string) {
    super(
      `${drive}: the machine had ${image} in it, which has to be given, as have the images of all other drives (drives)`,
    );
    this.drive = drive;
    this.image = image;
  }
}

/** Does something; a ConfigurationError of it says where it was. */
export function within<Result>(where: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw error instanceof ConfigurationError ? new ConfigurationError(`${where}: ${error.message}`) : error;
  }
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
