import type { CardRegister } from '../../ethernet/register-file.ts';
import type { Rtl8139Parts } from './parts.ts';
import {
  BasicModeControl,
  CHIP_STATUS,
  Command,
  CplusCommand,
  EXPANSION,
  Id,
  Interrupt,
  Register,
  RX_READ_GAP,
  RxConfig,
  TALLY_ALIGNMENT,
  TALLY_DUMP,
  TX_BUFFERS,
  TxConfig,
  TxPoll,
  TxStatus,
} from './registers.ts';

/** A register that only keeps what the guest writes: bits of `mask`. */
function kept<Name extends string>(
  state: Record<Name, number>,
  name: Name,
  place: { offset: number; size: 1 | 2 | 4 },
  mask = -1,
): CardRegister {
  return {
    ...place,
    read: () => state[name],
    write: (value) => {
      state[name] = (value & mask) >>> 0;
    },
  };
}

/** A word of a list that the guest reads and writes. */
function element(list: () => number[] | Uint8Array, n: number, offset: number, size: 1 | 4): CardRegister {
  return {
    offset,
    size,
    read: () => list()[n],
    write: (value) => {
      list()[n] = value;
    },
  };
}

/** All registers of the card. */
export function rtl8139Registers(parts: Rtl8139Parts): CardRegister[] {
  return [
    ...addresses(parts),
    ...transmit(parts),
    ...receive(parts),
    ...control(parts),
    ...link(parts),
    ...cplus(parts),
  ];
}

function addresses({ state }: Rtl8139Parts): CardRegister[] {
  return [
    ...Array.from(state.address, (_, n) => element(() => state.address, n, Register.address + n, 1)),
    ...Array.from(state.multicast, (_, n) => element(() => state.multicast, n, Register.multicast + n, 1)),
  ];
}

/** The transmit registers of the old mode, which mean something else where C+ descriptors are in use. */
function transmit(parts: Rtl8139Parts): CardRegister[] {
  const { state, transmitter } = parts;
  const isCplus = () => state.cplusCommand !== 0;
  const status = (n: number): CardRegister => ({
    offset: Register.txStatus + 4 * n,
    size: 4,
    read: () => (isCplus() ? (state.tallyAddress[n] ?? 0) : state.txStatus[n]),
    write: (value) => {
      if (!isCplus()) transmitter.writeStatus(n, value);
      else if (n < 2) writeTally(parts, n, value);
    },
  });
  const address = (n: number): CardRegister => ({
    offset: Register.txAddress + 4 * n,
    size: 4,
    read: () => (isCplus() ? state.txRings[n] : state.txAddress[n]),
    write: (value) => {
      (isCplus() ? state.txRings : state.txAddress)[n] = value;
    },
  });
  const all = Array.from({ length: TX_BUFFERS }, (_, n) => n);
  return [
    ...all.map(status),
    ...all.map(address),
    { offset: Register.txSummary, size: 2, read: () => summary(state.txStatus) },
  ];
}

function writeTally({ state, dumpTally }: Rtl8139Parts, n: number, value: number): void {
  state.tallyAddress[n] = value;
  if (n !== 0 || (value & TALLY_DUMP) === 0) return;
  dumpTally((value & -TALLY_ALIGNMENT) >>> 0, state.tallyAddress[1]);
  state.tallyAddress[0] = (value & ~TALLY_DUMP) >>> 0;
}

/** Four bits each: owned, aborted, underrun, done. */
function summary(statuses: readonly number[]): number {
  return statuses.reduce((bits, status, n) => {
    const owned = (status & TxStatus.owned) !== 0 ? 1 << n : 0;
    const ok = (status & TxStatus.ok) !== 0 ? 0x1000 << n : 0;
    return bits | owned | ok;
  }, 0);
}

function receive({ state, receiver, resume }: Rtl8139Parts): CardRegister[] {
  return [
    {
      offset: Register.rxBuffer,
      size: 4,
      read: () => state.rxBuffer,
      write: (value) => Object.assign(state, { rxBuffer: value, rxRead: 0, rxWrite: 0 }),
    },
    {
      offset: Register.rxRead,
      size: 2,
      read: () => (state.rxRead - RX_READ_GAP) & 0xffff,
      write: (value) => {
        state.rxRead = (value + RX_READ_GAP) & 0xffff;
        receiver.fitPointers();
        resume();
      },
    },
    { offset: Register.rxWrite, size: 2, read: () => state.rxWrite },
    {
      offset: Register.rxConfig,
      size: 4,
      read: () => state.rxConfig,
      write: (value) => {
        state.rxConfig = (value & RxConfig.writable) >>> 0;
        receiver.fitPointers();
        resume();
      },
    },
    kept(state, 'missed', { offset: Register.missed, size: 4 }, 0),
  ];
}

function control(parts: Rtl8139Parts): CardRegister[] {
  const { state, interrupts, resume } = parts;
  return [
    { offset: Register.command, size: 1, read: () => commandOf(parts), write: (value) => writeCommand(parts, value) },
    {
      offset: Register.interruptMask,
      size: 2,
      read: () => state.interruptMask,
      write: (value) => {
        state.interruptMask = value & Interrupt.all;
        interrupts.drive();
        resume();
      },
    },
    {
      offset: Register.interruptStatus,
      size: 2,
      writeOnes: true,
      read: () => state.interruptStatus,
      write: (value) => {
        interrupts.clear(value);
        resume();
      },
    },
    {
      offset: Register.txConfig,
      size: 4,
      read: () => state.txConfig,
      // Only while the transmitter is enabled.
      write: (value) => {
        if ((state.command & Command.txEnable) !== 0)
          state.txConfig = ((value & TxConfig.writable) | TxConfig.version) >>> 0;
      },
    },
    { offset: Register.eeprom, size: 1, read: () => parts.eeprom.read(), write: (value) => parts.eeprom.write(value) },
    ...[0, 1, 3, 4].map((n) => configuration(parts, n, Register.config0 + configPlaces[n])),
    configuration(parts, 5, Register.config5),
    { offset: Register.timer, size: 4, read: () => parts.timer.count, write: () => parts.timer.restart() },
    {
      offset: Register.timerInterrupt,
      size: 4,
      read: () => state.timerInterrupt,
      write: (value) => parts.timer.setInterrupt(value),
    },
    { offset: Register.revision, size: 1, read: () => Id.revision },
    kept(state, 'multipleInterrupt', { offset: Register.multipleInterrupt, size: 2 }),
  ];
}

/** CONFIG2 is not in this chip. */
const configPlaces = [0, 1, 0, Register.config3 - Register.config0, Register.config4 - Register.config0];

/** The guest must have unlocked them. */
function configuration({ state, eeprom }: Rtl8139Parts, n: number, offset: number): CardRegister {
  return {
    offset,
    size: 1,
    read: () => state.config[n],
    write: (value) => {
      if (eeprom.isUnlocked) state.config[n] = value;
    },
  };
}

function commandOf({ state, receiver }: Rtl8139Parts): number {
  return state.command | (receiver.isEmpty ? Command.bufferEmpty : 0);
}

/** A part that is enabled begins with the first descriptor of its ring. */
function writeCommand({ state, reset, resume }: Rtl8139Parts, value: number): void {
  if ((value & Command.reset) !== 0) {
    reset();
    return;
  }
  if ((value & Command.rxEnable) !== 0) state.rxIndex = 0;
  if ((value & Command.txEnable) !== 0) state.txIndex.fill(0);
  state.command = value & (Command.rxEnable | Command.txEnable);
  resume();
}

function link({ state, cable }: Rtl8139Parts): CardRegister[] {
  return [
    { offset: Register.mediaStatus, size: 1, read: () => cable.mediaStatus },
    {
      offset: Register.basicModeControl,
      size: 2,
      read: () => state.basicModeControl,
      write: (value) => {
        // Both are done at once.
        const done = BasicModeControl.restart | BasicModeControl.reset;
        state.basicModeControl = (value & BasicModeControl.reset) !== 0 ? BasicModeControl.negotiate : value & ~done;
      },
    },
    { offset: Register.basicModeStatus, size: 2, read: () => cable.basicModeStatus },
    kept(state, 'advertisement', { offset: Register.advertisement, size: 2 }),
    { offset: Register.partner, size: 2, read: () => cable.partner },
    { offset: Register.expansion, size: 2, read: () => EXPANSION },
    { offset: Register.chipStatus, size: 2, read: () => CHIP_STATUS },
  ];
}

function cplus(parts: Rtl8139Parts): CardRegister[] {
  const { state, transmitter, interrupts } = parts;
  return [
    kept(state, 'cplusCommand', { offset: Register.cplusCommand, size: 2 }, CplusCommand.writable),
    kept(state, 'mitigation', { offset: Register.mitigation, size: 2 }),
    kept(state, 'txThreshold', { offset: Register.txThreshold, size: 1 }),
    element(() => state.rxRing, 0, Register.rxRing, 4),
    element(() => state.rxRing, 1, Register.rxRing + 4, 4),
    {
      offset: Register.txPoll,
      size: 1,
      write: (value) => {
        if ((value & TxPoll.software) !== 0) interrupts.raise(Interrupt.software);
        transmitter.poll(value);
      },
    },
  ];
}
