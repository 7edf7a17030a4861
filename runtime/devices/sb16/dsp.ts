import type { DmaChannel } from '../../bus/dma.ts';
import type { ReportGuestError } from '../../bus/guest-error.ts';
import { commands } from './commands.ts';
import type { Levels } from './levels.ts';
import { DATA_READY, NOT_BUSY, READY, Transfer } from './registers.ts';
import { dspState, HIGHEST_RATE, LOWEST_RATE, type Sb16State } from './state.ts';
import type { SampleTransfer } from './transfer.ts';

export interface DspOptions {
  readonly state: Sb16State;
  readonly levels: Levels;
  /** Transfers of 8-bit and of 16-bit samples. */
  readonly bytes: SampleTransfer;
  readonly words: SampleTransfer;
  /** The channel of 8-bit transfers. */
  readonly channel: () => DmaChannel | null;
  /** Raises an interrupt for a bit of the status register. */
  readonly interrupt: (pending: number) => void;
  readonly guestError: ReportGuestError;
}

/** A transfer by a command of older cards. `length`: bytes less one; left out: the block size of command 48h. */
interface OlderTransfer {
  readonly length?: number;
  readonly isInput?: boolean;
  readonly isAutomatic?: boolean;
  /** More than one where samples are compressed. */
  readonly samplesPerByte?: number;
  readonly movesNothing?: boolean;
}

/** Answers that wait to be read at most. */
const MOST_ANSWERS = 64;
/** Bits that each of four calls of the DMA identification inverts in the byte that it is given. */
const IDENTIFICATION = [0x96, 0xa5, 0x69, 0x5a] as const;

/** The digital sound processor, version 4.05: takes commands, and starts transfers. */
export class Dsp {
  readonly bytes: SampleTransfer;
  readonly words: SampleTransfer;
  readonly #options: DspOptions;

  constructor(options: DspOptions) {
    this.#options = options;
    this.bytes = options.bytes;
    this.words = options.words;
  }

  get #state(): Sb16State['dsp'] {
    return this.#options.state.dsp;
  }

  /** Power-on. */
  reset(): void {
    const { answers, parameters } = this.#state;
    answers.clear();
    parameters.clear();
    Object.assign(this.#state, { ...dspState.create(), answers, parameters });
    this.bytes.reset();
    this.words.reset();
  }

  /** The reset port: the falling edge of bit 0 makes it ready. */
  writeReset(value: number): void {
    const line = (value & 1) !== 0;
    const falls = this.#state.resetLine && !line;
    this.#state.resetLine = line;
    if (!falls) return;
    this.reset();
    this.answer(READY);
  }

  /** A command, or a parameter of the one before. */
  write(value: number): void {
    const { parameters } = this.#state;
    if (this.#state.command === 0) this.#state.command = value;
    else parameters.push([value]);
    const command = commands.get(this.#state.command);
    if (command === undefined) this.#options.guestError('sb16: unknown command', value);
    else if (parameters.length < command.parameters) return;
    else command.run(this, parameters.toBytes());
    parameters.clear();
    this.#state.command = 0;
  }

  read(): number {
    this.#state.lastAnswer = this.#state.answers.shift() ?? this.#state.lastAnswer;
    return this.#state.lastAnswer;
  }

  get readStatus(): number {
    return NOT_BUSY | (this.#state.answers.length > 0 ? DATA_READY : 0);
  }

  /** The command that is run. */
  get commandCode(): number {
    return this.#state.command;
  }

  get isSpeakerOn(): boolean {
    return this.#state.isSpeakerOn;
  }

  get testRegister(): number {
    return this.#state.testRegister;
  }

  answer(...values: readonly number[]): void {
    const { answers } = this.#state;
    answers.push(values.slice(0, Math.max(MOST_ANSWERS - answers.length, 0)));
  }

  interrupt(pending: number): void {
    this.#options.interrupt(pending);
  }

  setSpeaker(isOn: boolean): void {
    this.#state.isSpeakerOn = isOn;
  }

  setTestRegister(value: number): void {
    this.#state.testRegister = value;
  }

  setRate(rate: number): void {
    this.#state.rate = Math.round(rate);
  }

  setBlockSize(size: number): void {
    this.#state.blockSize = size;
  }

  /** Command E2h: answers by DMA, so that programs find the channel. */
  identify(value: number): void {
    const state = this.#state;
    state.identification = (state.identification + (value ^ IDENTIFICATION[state.identifications & 3])) & 0xff;
    state.identifications = (state.identifications + 1) & 3;
    this.#options.channel()?.give(Uint8Array.of(state.identification));
  }

  /** Commands Bxh and Cxh. `length`: samples of either side, less one. */
  startTransfer(transfer: SampleTransfer, command: number, mode: number, length: number): void {
    const { width } = transfer;
    const isStereo = (mode & Transfer.stereo) !== 0;
    transfer.start({
      isInput: (command & Transfer.input) !== 0,
      isAutomatic: (command & Transfer.autoInitialize) !== 0,
      isSigned: (mode & Transfer.signed) !== 0,
      ...{ isStereo, isSilent: false, movesNothing: false },
      bytesPerSecond: limited(this.#state.rate) * width * (isStereo ? 2 : 1),
      blockBytes: (length + 1) * width,
    });
  }

  /** Both sides share the rate that the time constant gives. */
  startOlder(wanted: OlderTransfer): void {
    const { rate, blockSize } = this.#state;
    const {
      length = blockSize,
      isInput = false,
      isAutomatic = false,
      samplesPerByte = 1,
      movesNothing = false,
    } = wanted;
    const isStereo = this.#options.levels.isProStereo && !movesNothing && samplesPerByte === 1;
    const sides = isStereo ? 2 : 1;
    this.bytes.start({
      ...{ isInput, isAutomatic, isStereo, movesNothing },
      isSigned: false,
      isSilent: samplesPerByte > 1 || movesNothing,
      bytesPerSecond: Math.round((limited(rate / sides) * sides) / samplesPerByte),
      blockBytes: length + 1,
    });
  }
}

function limited(rate: number): number {
  return Math.min(Math.max(rate, LOWEST_RATE), HIGHEST_RATE);
}
