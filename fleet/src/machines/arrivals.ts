import type { Machine, MachineOptions } from 'rawiron';
import { FleetError } from '../error.ts';
import { type Cards, cardsOf } from './cards.ts';
import type { Visitor } from './door.ts';
import type { LastWords } from './move-channel.ts';
import { receiveMachine } from './moving.ts';
import type { MachineRecord } from './record.ts';
import type { Registry } from './registry.ts';
import type { Seat } from './seat.ts';
import type { Input } from './typed.ts';

/** The parts of a host that arrivals use. */
export interface ArrivalHost {
  readonly id: string;
  readonly registry: Registry;
  /** Options of all machines there. */
  readonly options: Partial<MachineOptions>;
  /** Whether a machine with so many bytes of memory may come. */
  hasRoom(memory: number): boolean;
  /** Ends a machine of that name that the host has had before. */
  vacate(name: string): Promise<void>;
  /** Resolves when input for a machine is heard. */
  listen(name: string): Promise<unknown>;
  /** A machine is here from now on. */
  seat(record: MachineRecord, token: number, cards: Cards, words: LastWords): Seat;
  /** A machine has not come. */
  failed(name: string, problem: string): void;
  /** A machine comes no more: it is here, or will not be. */
  left(name: string): void;
}

/** Bytes of input that wait for a machine on its way, the last ones. */
const MOST_TYPED = 1 << 20;

/** A machine on its way. */
interface Coming {
  readonly memory: number;
  /** Input that both hosts have heard: the last words say what the guest has had of it. */
  readonly typed: Input[];
}

/** Machines on their way to a host. */
export class Arrivals {
  readonly #host: ArrivalHost;
  readonly #coming = new Map<string, Coming>();
  readonly #receiving = new Set<Promise<void>>();

  constructor(host: ArrivalHost) {
    this.#host = host;
  }

  get names(): string[] {
    return [...this.#coming.keys()];
  }

  /** Bytes of memory of each. */
  get memory(): number[] {
    return [...this.#coming.values()].map(({ memory }) => memory);
  }

  has(name: string): boolean {
    return this.#coming.has(name);
  }

  /** Somebody types into a machine. */
  input(name: string, input: Input): void {
    const typed = this.#coming.get(name)?.typed;
    if (typed === undefined) return;
    typed.push(input);
    let length = typed.reduce((sum, { bytes }) => sum + bytes.length, 0);
    // The host that it comes from has given it the oldest long ago.
    while (length > MOST_TYPED) length -= typed.shift()!.bytes.length;
  }

  /**
   * Lets a machine come. Resolves when it goes on here, or does not.
   * @throws FleetError if it may not come
   */
  async receive(visitor: Visitor): Promise<void> {
    const received = this.#receive(visitor);
    this.#receiving.add(received);
    await received.finally(() => this.#receiving.delete(received));
  }

  /** Resolves when those that are on their way now are here, or will not come. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#receiving);
  }

  async #receive(visitor: Visitor): Promise<void> {
    const { name } = visitor.greeting;
    const record = await this.#host.registry.find(name);
    // Nothing comes between this and the note that it comes: two at once might both have the room that one has.
    this.#check(record, visitor);
    const coming: Coming = { memory: record.memory, typed: [] };
    this.#coming.set(name, coming);
    try {
      await this.#host.vacate(name);
      await this.#host.listen(name);
      const { options } = this.#host;
      const cards = cardsOf(record.network);
      await receiveMachine(visitor, {
        options: { ...options, ...cards.options, limits: { ...options.limits, ...record.limits }, shutdown: 'pause' },
        arrived: (machine, words) => this.#arrived(machine, words, { record, cards, typed: coming.typed }),
      });
    } catch (error) {
      this.#host.failed(name, (error as Error).message);
      throw error;
    } finally {
      if (this.#coming.get(name) === coming) this.#coming.delete(name);
      this.#host.left(name);
    }
  }

  /** @throws FleetError if it may not come */
  #check(record: MachineRecord, { greeting: { name, from, token } }: Visitor): void {
    const { id, hasRoom } = this.#host;
    if (record.owner !== from || record.token !== token || record.target !== id)
      throw new FleetError(`${name} is not to move from ${from} to ${id}`);
    if (this.#coming.has(name)) throw new FleetError(`${name} is on its way already`);
    if (!hasRoom(record.memory)) throw new FleetError(`${id} has no room for ${name}`);
  }

  async #arrived(
    machine: Machine,
    words: LastWords,
    {
      record,
      cards,
      typed,
    }: { readonly record: MachineRecord; readonly cards: Cards; readonly typed: readonly Input[] },
  ): Promise<boolean> {
    const { id, registry, seat } = this.#host;
    const { name, owner, token } = record;
    const taken = await registry.accept({ name, host: owner, token }, id);
    if (taken === undefined) return false;
    this.#coming.delete(name);
    await seat(record, taken, cards, words).adopt(machine, words, typed);
    return true;
  }
}
