import type { StreamPort } from '../../runtime/host/ports.ts';
import { Outflow } from './flow.ts';
import { SerialPort } from './serial.ts';

/** Who takes what the machine sends. */
interface Receiver {
  /** Resolves when the machine may send more. */
  receive(bytes: Uint8Array): Promise<void>;
  /** There will be no more. */
  end?(reason: string): void;
}

/** Sends a stream's input to the machine. */
type SendInput = (message: { readonly type: 'input'; readonly port: string; readonly value: Uint8Array }) => void;

/** The host's ends of a machine's streams, by the names of their ports. */
export class MachineStreams {
  readonly #send: SendInput;
  /** Receivers of the output. */
  readonly #outputs = new Map<string, Receiver>();
  readonly #inputs = new Map<string, Pick<Outflow, 'taken' | 'close'>>();

  /** Input that waits for a machine which is not here yet. */
  #held: Parameters<SendInput>[0][] | undefined;

  constructor(send: SendInput) {
    this.#send = send;
  }

  /** Keeps all input until the machine is here: what arrives takes the place of all that its devices have by then. */
  holdUntil(arrived: Promise<unknown>): void {
    this.#held = [];
    const release = (): void => {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const message of held) this.#send(message);
    };
    // One that cannot be had takes no input.
    arrived.then(release, () => {});
  }

  #sendOrHold(message: Parameters<SendInput>[0]): void {
    if (this.#held) this.#held.push(message);
    else this.#send(message);
  }

  /** A stream both ways. */
  open(port: StreamPort): SerialPort {
    const input = this.input(port);
    const stream = new SerialPort({
      send: (bytes) => input.write(bytes),
      get waiting() {
        return input.waiting;
      },
    });
    this.addOutput(port, stream);
    return stream;
  }

  /** The way in of a stream. */
  input(port: StreamPort): Outflow {
    const { name, credit } = port;
    const input = new Outflow(credit, (value) => this.#sendOrHold({ type: 'input', port: name, value }));
    this.addInput(port, input);
    return input;
  }

  addOutput({ name }: StreamPort, receiver: Receiver): void {
    this.#outputs.set(name, receiver);
  }

  addInput({ name }: StreamPort, input: Pick<Outflow, 'taken' | 'close'>): void {
    this.#inputs.set(name, input);
  }

  /** The device of a port was pulled out. */
  remove(port: string): void {
    this.#inputs.get(port)?.close(new Error(`${port} was pulled out: it takes no more input`));
    this.#inputs.delete(port);
    this.#outputs.delete(port);
  }

  /** The machine has sent bytes. Resolves when it may send more. */
  async receive(port: string, bytes: Uint8Array): Promise<void> {
    await this.#outputs.get(port)?.receive(bytes);
  }

  /** The machine has taken so many bytes of input. */
  taken(port: string, length: number): void {
    this.#inputs.get(port)?.taken(length);
  }

  /** The machine is at its end. */
  end(reason: string): void {
    for (const output of this.#outputs.values()) output.end?.(reason);
    for (const input of this.#inputs.values()) input.close(new Error(`${reason}: it takes no more input`));
  }
}
