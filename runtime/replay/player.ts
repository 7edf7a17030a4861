import type { Delivery, ToHost, ToMachine } from '../host/messages.ts';
import type { Entry, Moment } from './entries.ts';
import type { Journal } from './journal.ts';
import type { StateChecksums } from './state-checksums.ts';

/** The end of a recording's machine at which the player stands in for the host. */
export interface PlayedDoor {
  /** A message of the host's; input takes effect at the virtual time `at`. */
  arrive(message: ToMachine, at?: number): void;
}

export interface PlayerOptions {
  readonly entries: readonly Entry[];
  readonly checksums: StateChecksums;
  readonly door: PlayedDoor;
}

type Mark = Entry & { readonly type: 'mark' };
type Input = Entry & { readonly type: 'input' };
type Delivered = Entry & Delivery;

/** How far a recording has been played. */
export interface PlayedSoFar {
  readonly deliveries: number;
  /** Number of those that were input. */
  readonly inputs: number;
  readonly marks: number;
}

/** The machine does something else than when it was recorded. */
export class Divergence extends Error {
  constructor(instructions: number, what: string) {
    super(
      `the replay has left its recording at instruction ${instructions}: ${what}. A recording can be replayed by the version that has made it, with the same options`,
    );
  }
}

/**
 * Plays a recording: stands in for the machine's host, which is not asked for anything. What the machine asks for is answered from
 * the recording, and input comes at the time at which it came.
 */
export class Player implements Journal {
  readonly #options: PlayerOptions;
  readonly #deliveries: readonly Delivered[];
  readonly #inputs: readonly Input[];
  readonly #marks: readonly Mark[];
  readonly #answers: ReadonlyMap<number, unknown>;
  readonly #end: Moment;
  #delivered = 0;
  #entered = 0;
  #marked = 0;
  /** Requests that have not been answered yet. */
  #asked: number[] = [];

  constructor(options: PlayerOptions) {
    const { entries } = options;
    this.#options = options;
    this.#deliveries = entries.filter((entry) => entry.type === 'input' || entry.type === 'answer');
    this.#inputs = entries.filter((entry) => entry.type === 'input');
    this.#marks = entries.filter((entry) => entry.type === 'mark');
    const answers = this.#deliveries.filter((entry) => entry.type === 'answer');
    this.#answers = new Map(answers.map(({ id, answer }) => [id, answer]));
    this.#end = entries.at(-1) ?? { instructions: 0, time: 0 };
  }

  get nextStop(): number {
    return this.#marks[this.#marked]?.instructions ?? this.#end.instructions;
  }

  /** The moment of the last entry that is known. */
  get end(): Moment {
    return this.#end;
  }

  /** Whether all has been played, and the machine has come as far as it did then. */
  isOver(instructions: number): boolean {
    const isPlayed = this.#delivered === this.#deliveries.length && this.#marked === this.#marks.length;
    return isPlayed && instructions >= this.#end.instructions;
  }

  /** The first input is on its way. */
  begin(): void {
    this.#feed();
  }

  /** A message of the machine's to its host; true: it is none that the host is to get. */
  takes(message: ToHost): boolean {
    if (message.type === 'request') this.#asked.push(message.id);
    return message.type === 'request';
  }

  /** Answers what was asked. What was recorded without an answer was cancelled, or lies after the end. */
  answer(): void {
    while (this.#asked.length > 0) {
      const id = this.#asked.shift()!;
      this.#options.door.arrive({ type: 'completion', id, answer: this.#answers.get(id) });
    }
  }

  left(moment: Moment): void {
    const mark = this.#marks[this.#marked];
    if (mark === undefined || moment.instructions < mark.instructions) return;
    this.#marked++;
    this.#compare(mark, moment);
  }

  #compare(mark: Mark, { instructions, time }: Moment): void {
    const { checksums } = this.#options;
    const present = checksums.take();
    const different = checksums.names.filter((_, n) => present[n] !== mark.checksums[n]);
    if (present.length !== mark.checksums.length) throw new Divergence(instructions, 'the machine has other devices');
    if (instructions !== mark.instructions || time !== mark.time)
      throw new Divergence(instructions, `the recording has instruction ${mark.instructions} at its time`);
    if (different.length === 0) return;
    const since = this.#marks[this.#marked - 2]?.instructions;
    const where = since === undefined ? '' : ` (it was as recorded at instruction ${since})`;
    throw new Divergence(instructions, `other contents of ${different.join(', ')}${where}`);
  }

  delivered(delivery: Delivery, { instructions, time }: Moment): void {
    const recorded = this.#deliveries[this.#delivered++];
    if (recorded === undefined || recorded.type !== delivery.type || nameOf(recorded) !== nameOf(delivery))
      throw new Divergence(instructions, `${shown(delivery)} instead of ${recorded ? shown(recorded) : 'the end'}`);
    if (recorded.instructions !== instructions || recorded.time !== time)
      throw new Divergence(instructions, `${shown(recorded)} came at instruction ${recorded.instructions} then`);
    if (delivery.type !== 'input') return;
    this.#entered++;
    this.#feed();
  }

  /** The next input is on its way; the others after it. */
  #feed(): void {
    const next = this.#inputs[this.#entered];
    if (next) this.#options.door.arrive({ type: 'input', port: next.port, value: next.value }, next.at);
  }

  /** How far it has come. */
  get soFar(): PlayedSoFar {
    return { deliveries: this.#delivered, inputs: this.#entered, marks: this.#marked };
  }

  /** Goes on from there. The door has nothing under way. */
  goTo({ deliveries, inputs, marks }: PlayedSoFar): void {
    this.#delivered = deliveries;
    this.#entered = inputs;
    this.#marked = marks;
    this.#asked = [];
    this.#feed();
  }
}

function nameOf(delivery: Delivery): string | number {
  return delivery.type === 'input' ? delivery.port : delivery.id;
}

function shown(delivery: Delivery): string {
  return delivery.type === 'input' ? `input at '${delivery.port}'` : `the answer to request ${delivery.id}`;
}
