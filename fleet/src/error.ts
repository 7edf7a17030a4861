/** An error that is told to the user as it is. */
export class FleetError extends Error {
  override readonly name: string = 'FleetError';
}

/** An error that comes again each time that the same is tried. */
export class PermanentError extends FleetError {
  override readonly name = 'PermanentError';
}

/** An error of the store, which may say where that is: for operators only. */
export class StoreError extends FleetError {
  override readonly name = 'StoreError';
}

/** The message of an error for those who need not know where the store is. */
export function publicMessage(error: Error): string {
  return error instanceof StoreError ? 'the store cannot be read or written now; the log says why' : error.message;
}
