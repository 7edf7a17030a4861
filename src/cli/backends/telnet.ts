/** Commands of telnet (RFC 854) that matter here. */
const Command = { subEnd: 240, subBegin: 250, will: 251, doIt: 253, dont: 254, interpret: 255 } as const;
/** Its options: RFC 856, 857 and 858. */
const Option = { binary: 0, echo: 1, suppressGoAhead: 3 } as const;

/** Commands that QEMU begins with, too: characters are sent as they are typed, echoed from here, and have eight bits. */
const greeting = [
  [Command.will, Option.echo],
  [Command.will, Option.suppressGoAhead],
  [Command.will, Option.binary],
  [Command.doIt, Option.binary],
].flatMap((words) => [Command.interpret, ...words]);

/**
 * State of the parser, which decides what the next byte is: data; a command; its option; the option of a subnegotiation, and a
 * command within that.
 */
type State = 'data' | 'command' | 'option' | 'inside' | 'insideCommand';

/** One connection's telnet: takes commands out of what comes. What the other end says of its options is not answered. */
export class Telnet {
  #state: State = 'data';

  static greeting(): Uint8Array {
    return Uint8Array.from(greeting);
  }

  /** Bytes as they are sent: one that looks like a command is sent twice. */
  static encode(bytes: Uint8Array): Uint8Array {
    if (!bytes.includes(Command.interpret)) return bytes;
    return Uint8Array.from([...bytes].flatMap((byte) => (byte === Command.interpret ? [byte, byte] : [byte])));
  }

  /** The data in what has come. */
  decode(bytes: Uint8Array): Uint8Array {
    return bytes.filter((byte) => this.#isData(byte));
  }

  #isData(byte: number): boolean {
    const before = this.#state;
    this.#state = next(before, byte);
    if (before === 'data') return byte !== Command.interpret;
    return before === 'command' && byte === Command.interpret;
  }
}

function next(state: State, byte: number): State {
  switch (state) {
    case 'data':
      return byte === Command.interpret ? 'command' : 'data';
    case 'command':
      if (byte === Command.subBegin) return 'inside';
      return byte >= Command.will && byte <= Command.dont ? 'option' : 'data';
    case 'option':
      return 'data';
    case 'inside':
      return byte === Command.interpret ? 'insideCommand' : 'inside';
    case 'insideCommand':
      return byte === Command.subEnd ? 'data' : 'inside';
  }
}
