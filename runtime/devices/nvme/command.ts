import { longAt } from '../../memory/long.ts';
import { NO_RETRY } from './registers.ts';

/** Bytes of a command, and where its fields are (4.2). */
export const COMMAND_BYTES = 64;
const At = { opcode: 0, flags: 1, id: 2, namespace: 4, pointer: 24, secondPointer: 32 } as const;
/** Flags: fused with another one, and how its data is pointed to: 0 is by PRPs. */
const Flag = { fused: 0x03, pointers: 0xc0 } as const;

/** A command as it was taken from a queue. */
export class Command {
  readonly opcode: number;
  readonly id: number;
  readonly namespace: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, COMMAND_BYTES);
    this.opcode = bytes[At.opcode];
    this.id = this.#view.getUint16(At.id, true);
    this.namespace = this.#view.getUint32(At.namespace, true);
  }

  get isFused(): boolean {
    return (this.#view.getUint8(At.flags) & Flag.fused) !== 0;
  }

  /** Its data is pointed to by a scatter gather list. */
  get hasList(): boolean {
    return (this.#view.getUint8(At.flags) & Flag.pointers) !== 0;
  }

  /** PRP entries 1 and 2. */
  get pointers(): readonly [number, number] {
    return [this.#long(At.pointer), this.#long(At.secondPointer)];
  }

  /** Command dwords 10 to 15. */
  dword(n: number): number {
    return this.#view.getUint32(4 * n, true);
  }

  /** Dwords 10 and 11: the first block that it is about. */
  get block(): number {
    return this.#long(4 * 10);
  }

  #long(at: number): number {
    return longAt(this.#view, at);
  }
}

/** An error in a command. `status` is the status that it ends with; a retry would fail in the same way. */
export class Refusal extends Error {
  readonly status: number;

  constructor(code: number, isFinal = true) {
    super(`status ${code.toString(16)}`);
    this.status = code | (isFinal ? NO_RETRY : 0);
  }
}

/** @throws Refusal with this code */
export function refuse(code: number): never {
  throw new Refusal(code);
}
