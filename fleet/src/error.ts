/** An error that is told to the user as it is. */
export class FleetError extends Error {
  override readonly name = 'FleetError';
}
