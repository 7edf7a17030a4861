import type { PortBus } from '../../bus/ports.ts';
import type { VmMouse } from './mouse.ts';
import { Answer, Command, MAGIC, PORT, Register } from './registers.ts';

/** The running processor's registers, by their numbers in instructions; unsigned. */
export interface GuestRegisters {
  get(register: number): number;
  set(register: number, value: number): void;
}

export interface VmPortOptions {
  readonly ports: PortBus;
  readonly registers: GuestRegisters;
  readonly memoryBytes: number;
  /** The machine's UUID as SMBIOS has it: sixteen bytes. */
  readonly uuid: readonly number[];
  /** Milliseconds since 1970. */
  readonly timeOfDay: () => number;
  readonly mouse: VmMouse;
}

/** Registers that words of the mouse go to, in their order. */
const { eax, ebx, ecx, edx, esi, edi } = Register;
const mouseRegisters: readonly number[] = [eax, ebx, ecx, edx, esi, edi];

/** A call: its further results go to registers; the first one, for EAX, is given back. */
type Call = (options: VmPortOptions) => number;

function tellTime({ registers, timeOfDay }: VmPortOptions): number {
  const time = timeOfDay();
  registers.set(Register.ebx, Math.floor(time % 1000) * 1000);
  registers.set(Register.ecx, Answer.mostLag);
  return Math.floor(time / 1000);
}

const calls: Readonly<Record<number, Call>> = {
  [Command.version]: ({ registers }) => {
    registers.set(Register.ebx, MAGIC);
    registers.set(Register.ecx, Answer.product);
    return Answer.version;
  },
  [Command.memory]: ({ registers, memoryBytes }) => {
    registers.set(Register.ebx, Answer.memory);
    return memoryBytes;
  },
  [Command.uuid]: ({ registers, uuid }) => {
    const view = new DataView(Uint8Array.from(uuid).buffer);
    const words = [0, 4, 8, 12].map((at) => view.getUint32(at, true)) as [number, number, number, number];
    registers.set(Register.ebx, words[1]);
    registers.set(Register.ecx, words[2]);
    registers.set(Register.edx, words[3]);
    return words[0];
  },
  [Command.mouseStatus]: ({ mouse }) => mouse.status,
  [Command.mouseCommand]: ({ registers, mouse }) => {
    mouse.command(registers.get(Register.ebx));
    return MAGIC;
  },
  [Command.mouseData]: ({ registers, mouse }) => {
    const words = mouse.read(registers.get(Register.ebx));
    for (const [n, word] of words.entries()) registers.set(mouseRegisters[n]!, word);
    return words[0] ?? MAGIC;
  },
  [Command.time]: tellTime,
  [Command.wholeTime]: (options) => {
    const seconds = tellTime(options);
    options.registers.set(Register.esi, Math.floor(seconds / 2 ** 32));
    options.registers.set(Register.edx, seconds);
    return MAGIC;
  },
  [Command.frequencies]: ({ registers }) => {
    registers.set(Register.ebx, Answer.unknown);
    return MAGIC;
  },
  [Command.processor]: () => 0,
};

/**
 * VMware's backdoor, as QEMU's vmport: a guest reads a port with a number in EAX and the call in ECX, and the answers are in its
 * registers. Only the mouse has state.
 */
export function connectVmPort(options: VmPortOptions): void {
  const { ports, registers } = options;
  const answer = (): number => {
    const call = registers.get(Register.eax) === MAGIC ? calls[registers.get(Register.ecx) & 0xff] : undefined;
    const value = (call?.(options) ?? Answer.unknown) >>> 0;
    // All of EAX, whatever the size of the read.
    registers.set(Register.eax, value);
    return value;
  };
  ports.register({
    name: 'vmport',
    first: PORT,
    count: 1,
    sizes: [1, 2, 4],
    read: (_port, size) => (size === 4 ? answer() : answer() & (2 ** (8 * size) - 1)),
    write: () => void answer(),
  });
}
