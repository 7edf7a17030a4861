import type { OperatorRegisters, Pitch } from './operator.ts';
import {
  CHANNEL_COUNT,
  ChannelGroup,
  Key,
  NoteSelect,
  OperatorGroup,
  Register,
  SECOND_SET,
  SET_CHANNELS,
  SET_OPERATORS,
} from './registers.ts';

/** Where each channel's registers are, from those of the first channel on. */
export const channelRegisters: readonly number[] = Array.from(
  { length: CHANNEL_COUNT },
  (_, channel) => (channel % SET_CHANNELS) + (channel < SET_CHANNELS ? 0 : SECOND_SET),
);

/** The first operator of each channel; the second one is three further. */
export const firstOperators: readonly number[] = Array.from({ length: CHANNEL_COUNT }, (_, channel) => {
  const own = channel % SET_CHANNELS;
  return Math.floor(own / 3) * 6 + (own % 3) + (channel < SET_CHANNELS ? 0 : SET_OPERATORS);
});
export const SECOND_OPERATOR = 3;

/** Where each operator's registers are: in groups of six, eight apart. */
export const operatorRegisters: readonly number[] = Array.from({ length: 2 * SET_OPERATORS }, (_, operator) => {
  const own = operator % SET_OPERATORS;
  return Math.floor(own / 6) * 8 + (own % 6) + (operator < SET_OPERATORS ? 0 : SECOND_SET);
});

/** Channels that can have four operators, those of the one that is three further being the others. Bits of register 104h. */
const fourOperatorChannels: readonly number[] = [0, 1, 2, 9, 10, 11];

/** The channel with the first two operators of a channel that has four; undefined for a channel that has two. */
export function leaderOf(registers: Uint8Array, channel: number): number | undefined {
  const bit = fourOperatorChannels.findIndex((first) => first === channel || first + 3 === channel);
  const isOn = bit >= 0 && (registers[Register.fourOperators]! & (1 << bit)) !== 0 && isExpanded(registers);
  return isOn ? fourOperatorChannels[bit] : undefined;
}

/** Whether the features that the OPL2 did not have are on. */
export function isExpanded(registers: Uint8Array): boolean {
  return (registers[Register.expansion]! & 1) !== 0;
}

export function pitchOf(registers: Uint8Array, channel: number): Pitch {
  const at = channelRegisters[leaderOf(registers, channel) ?? channel]!;
  const key = registers[ChannelGroup.key + at]!;
  const frequency = registers[ChannelGroup.frequency + at]! | ((key & Key.frequencyHigh) << 8);
  const block = (key >> Key.blockShift) & 7;
  const bit = (registers[Register.noteSelect]! & NoteSelect.ninthBit) !== 0 ? 8 : 9;
  return { frequency, block, keyCode: (block << 1) | ((frequency >> bit) & 1) };
}

/** The OPL2 had four waveforms. */
export function registersOf(registers: Uint8Array, operator: number): OperatorRegisters {
  const at = operatorRegisters[operator]!;
  return {
    flags: registers[OperatorGroup.flags + at]!,
    levels: registers[OperatorGroup.levels + at]!,
    attackDecay: registers[OperatorGroup.attackDecay + at]!,
    sustainRelease: registers[OperatorGroup.sustainRelease + at]!,
    waveform: registers[OperatorGroup.waveform + at]! & (isExpanded(registers) ? 7 : 3),
  };
}
