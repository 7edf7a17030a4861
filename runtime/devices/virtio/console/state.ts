import { byteQueue, type Description, describe, flag, list, type StateOf } from '../../../snapshot/describe.ts';

const portState = describe({
  /** The driver has set it up. */
  isReady: flag,
  /** A program of the guest has it open. */
  isOpen: flag,
  /** Bytes that the guest has not taken yet. */
  input: byteQueue,
});
export type PortState = StateOf<typeof portState>;

const withPorts = (count: number) =>
  describe({
    ports: list(count, portState),
    /** Control messages for the driver, each after its length (a byte). */
    control: byteQueue,
  });
export type ConsoleState = StateOf<ReturnType<typeof withPorts>>;

/** The state of so many ports. */
export function consoleState(count: number): Description<ConsoleState> {
  return withPorts(count);
}
