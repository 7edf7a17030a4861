import {
  channelRegisters,
  firstOperators,
  isExpanded,
  leaderOf,
  operatorRegisters,
  pitchOf,
  registersOf,
  SECOND_OPERATOR,
} from './channels.ts';
import { tremoloAt } from './modulation.ts';
import { Operator } from './operator.ts';
import { CHANNEL_COUNT, ChannelGroup, Feedback, Key, Register, Rhythm, SECOND_SET } from './registers.ts';
import { cymbalPlace, hiHatPlace, nextNoise, snarePlace } from './rhythm.ts';
import type { Opl3State } from './state.ts';

/** Channels of the rhythm mode: the bass drum; hi-hat and snare drum; tom-tom and cymbal. */
const [BASS, HI_HAT_SNARE, TOM_CYMBAL] = [6, 7, 8] as const;
/** The holders of an operator's key, as bits. */
const [BY_CHANNEL, BY_RHYTHM] = [1, 2] as const;

/** The oscillators of the chip, and how they are joined. */
export class Synthesizer {
  readonly #state: Opl3State;
  readonly #operators: readonly Operator[];
  readonly #beat = { counter: 0, tremolo: 0, isVibratoDeep: false };
  /** Derived: the last sample. */
  left = 0;
  /** Derived: the same. */
  right = 0;

  constructor(state: Opl3State) {
    this.#state = state;
    this.#operators = state.operators.map((operator) => new Operator(operator));
  }

  /** Whether nothing would be heard. */
  get isSilent(): boolean {
    return this.#operators.every(({ isSilent }) => isSilent);
  }

  /** All follows from the registers. */
  refresh(): void {
    for (let channel = 0; channel < CHANNEL_COUNT; channel++) this.#refresh(channel);
  }

  /** A register has been written. */
  written(register: number): void {
    const { registers } = this.#state;
    const group = register & 0xe0;
    const channel = channelRegisters.indexOf((register & SECOND_SET) | (register & 0x0f));
    if (register === Register.rhythm) this.#setRhythmKeys();
    else if (group === 0xa0 && channel >= 0) {
      this.#refreshJoined(channel);
      if ((register & 0xf0) === ChannelGroup.key) this.#setKey(channel, (registers[register]! & Key.on) !== 0);
    } else if (group !== 0xc0 && group !== 0) this.#refreshOperator(register);
    else if (group === 0) this.refresh();
  }

  #refreshOperator(register: number): void {
    const operator = operatorRegisters.indexOf((register & SECOND_SET) | (register & 0x1f));
    const channel = firstOperators.findIndex((first) => first === operator || first + SECOND_OPERATOR === operator);
    if (channel >= 0) this.#refresh(channel);
  }

  #refreshJoined(channel: number): void {
    this.#refresh(channel);
    if (leaderOf(this.#state.registers, channel) === channel) this.#refresh(channel + 3);
  }

  #refresh(channel: number): void {
    const { registers } = this.#state;
    const first = firstOperators[channel]!;
    const pitch = pitchOf(registers, channel);
    for (const n of [first, first + SECOND_OPERATOR]) this.#operators[n]!.set(registersOf(registers, n), pitch);
  }

  #pair(channel: number): readonly [Operator, Operator] {
    const first = firstOperators[channel]!;
    return [this.#operators[first]!, this.#operators[first + SECOND_OPERATOR]!];
  }

  /** Presses or releases a channel's key. Of two channels joined to four operators only the first one's key has an effect. */
  #setKey(channel: number, isDown: boolean): void {
    const leader = leaderOf(this.#state.registers, channel);
    if (leader !== undefined && leader !== channel) return;
    const operators = [...this.#pair(channel), ...(leader === undefined ? [] : this.#pair(channel + 3))];
    for (const operator of operators) operator.setKey(BY_CHANNEL, isDown);
  }

  get #isRhythmic(): boolean {
    return (this.#state.registers[Register.rhythm]! & Rhythm.on) !== 0;
  }

  #setRhythmKeys(): void {
    const value = this.#isRhythmic ? this.#state.registers[Register.rhythm]! : 0;
    const [hiHat, snare] = this.#pair(HI_HAT_SNARE);
    const [tom, cymbal] = this.#pair(TOM_CYMBAL);
    for (const operator of this.#pair(BASS)) operator.setKey(BY_RHYTHM, (value & Rhythm.bass) !== 0);
    hiHat.setKey(BY_RHYTHM, (value & Rhythm.hiHat) !== 0);
    snare.setKey(BY_RHYTHM, (value & Rhythm.snare) !== 0);
    tom.setKey(BY_RHYTHM, (value & Rhythm.tom) !== 0);
    cymbal.setKey(BY_RHYTHM, (value & Rhythm.cymbal) !== 0);
  }

  /** Computes the next sample. */
  advance(): void {
    const state = this.#state;
    const depths = state.registers[Register.rhythm]!;
    this.#beat.counter = state.counter;
    this.#beat.tremolo = tremoloAt(state.counter, (depths & Rhythm.deepTremolo) !== 0);
    this.#beat.isVibratoDeep = (depths & Rhythm.deepVibrato) !== 0;
    this.left = 0;
    this.right = 0;
    for (let channel = 0; channel < CHANNEL_COUNT; channel++) this.#mix(channel);
    const isRhythmic = this.#isRhythmic;
    for (const operator of this.#operators) if (isRhythmic || !operator.isSilent) operator.advance(this.#beat);
    state.counter = (state.counter + 1) >>> 0;
    state.noise = nextNoise(state.noise);
  }

  #mix(channel: number): void {
    const { registers } = this.#state;
    const output = this.#outputOf(channel);
    if (output === 0) return;
    const sides = isExpanded(registers) ? this.#feedbackRegister(channel) : Feedback.left | Feedback.right;
    if ((sides & Feedback.left) !== 0) this.left += output;
    if ((sides & Feedback.right) !== 0) this.right += output;
  }

  #feedbackRegister(channel: number): number {
    return this.#state.registers[ChannelGroup.feedback + channelRegisters[channel]!]!;
  }

  #outputOf(channel: number): number {
    if (this.#isRhythmic && channel >= BASS && channel <= TOM_CYMBAL) return 2 * this.#playRhythm(channel);
    const leader = leaderOf(this.#state.registers, channel);
    if (leader !== undefined) return leader === channel ? this.#playFour(channel) : 0;
    const [first, second] = this.#pair(channel);
    return first.isSilent && second.isSilent ? 0 : this.#playTwo(channel);
  }

  /** The first operator with its feedback. */
  #playFirst(channel: number): number {
    const [first] = this.#pair(channel);
    const strength = (this.#feedbackRegister(channel) >> Feedback.shift) & 7;
    const { output, previous } = first.state;
    return first.play(first.place + (strength === 0 ? 0 : (output + previous) >> (9 - strength)), this.#beat);
  }

  #isAdditive(channel: number): boolean {
    return (this.#feedbackRegister(channel) & Feedback.additive) !== 0;
  }

  /** Two operators: the first moves the second one's place, or is added to it. */
  #playTwo(channel: number): number {
    const [, second] = this.#pair(channel);
    const modulation = this.#playFirst(channel);
    if (this.#isAdditive(channel)) return modulation + second.play(second.place, this.#beat);
    return second.play(second.place + modulation, this.#beat);
  }

  /** Four operators, in a row or in two (application manual, "4-operator mode"). */
  #playFour(channel: number): number {
    const [, second] = this.#pair(channel);
    const [third, fourth] = this.#pair(channel + 3);
    const beat = this.#beat;
    const one = this.#playFirst(channel);
    const isFirstAlone = this.#isAdditive(channel);
    const isSplit = this.#isAdditive(channel + 3);
    const two = second.play(second.place + (isFirstAlone ? 0 : one), beat);
    if (!isFirstAlone && isSplit) return two + fourth.play(fourth.place + third.play(third.place, beat), beat);
    const three = third.play(third.place + two, beat);
    if (isFirstAlone && isSplit) return one + three + fourth.play(fourth.place, beat);
    return (isFirstAlone ? one : 0) + fourth.play(fourth.place + three, beat);
  }

  #playRhythm(channel: number): number {
    const [first, second] = this.#pair(channel);
    const beat = this.#beat;
    if (channel === BASS) {
      const modulation = this.#playFirst(channel);
      return second.play(second.place + (this.#isAdditive(channel) ? 0 : modulation), beat);
    }
    const { noise } = this.#state;
    const hiHat = this.#pair(HI_HAT_SNARE)[0].place;
    const cymbal = this.#pair(TOM_CYMBAL)[1].place;
    if (channel === HI_HAT_SNARE)
      return first.play(hiHatPlace(hiHat, cymbal, noise), beat) + second.play(snarePlace(hiHat, noise), beat);
    return first.play(first.place, beat) + second.play(cymbalPlace(hiHat, cymbal), beat);
  }
}
