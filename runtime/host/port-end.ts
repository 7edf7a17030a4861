/** The machine's end of a port, as the door sees it. */
export interface PortEnd {
  /** Input is on its way to the device, and will be received. */
  comes(value: unknown): void;
  receive(value: unknown): void;
  /** Whether input that is on its way is lost when a state is loaded: bytes of a stream belong to what went before. */
  readonly losesInput: boolean;
  /** A saved state was loaded into the device. */
  loaded(): void;
  /** Nothing is under way at the host any more. */
  restarted(): void;
  /** Another host takes the place of the one that was there. */
  hostChanged(): void;
  /** The device is no more. */
  closed(): void;
}
