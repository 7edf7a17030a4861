/** The caller asked for something that cannot be: an option, a file or an image is wrong. The message says which. */
export class ConfigurationError extends Error {
  /** By which it is told from other errors. */
  override readonly name = 'ConfigurationError';
  #option: string | undefined;

  constructor(message: string, option?: string, details?: ErrorOptions) {
    super(message, details);
    this.#option = option;
  }

  /** Path of the option at fault, such as `memory`, `boot.kernel` or `drives[1].format`; undefined: it is about no single option. */
  get option(): string | undefined {
    return this.#option;
  }

  /** Puts an option's name, or the place in its list, in front of the path. */
  static locate(error: unknown, at: string | number): void {
    if (error instanceof ConfigurationError) error.#option = optionPath(at, error.#option);
  }
}

/** The path of an option as JavaScript has it: names that are no identifiers are in brackets. */
export function optionPath(at: string | number, rest = ''): string {
  const isName = typeof at === 'string' && /^[a-z_$][\w$]*$/i.test(at);
  const first = isName ? at : `[${typeof at === 'string' ? `'${at}'` : at}]`;
  return rest === '' || rest.startsWith('[') ? `${first}${rest}` : `${first}.${rest}`;
}

/**
 * Checks or opens what an option gives: a ConfigurationError on its way out gets the option's place in front of its path. Calls
 * are nested as options are.
 * @param at the option's name, or its place in a list, from 0
 */
export function atOption<Result>(at: string | number, act: () => Result): Result {
  const passOn = (error: unknown): never => {
    ConfigurationError.locate(error, at);
    throw error;
  };
  try {
    const result = act();
    return result instanceof Promise ? (result.catch(passOn) as Result) : result;
  } catch (error) {
    return passOn(error);
  }
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
    throw error instanceof ConfigurationError
      ? new ConfigurationError(`${where}: ${error.message}`, error.option)
      : error;
  }
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
