import type { Connection } from './connection.ts';
import type { RegisterFile } from './register-file.ts';
import { BusControl, Control1, Phase, Register } from './registers.ts';

/** Registers that tell of the bus get what is there. */
export function showBus(registers: RegisterFile, { isFree, phase }: Connection): void {
  const { bytes } = registers;
  const lines = isFree ? 0 : phase;
  bytes[Register.status1] = (bytes[Register.status1]! & ~BusControl.phase) | lines;
  const others = bytes[Register.busControl]! & (BusControl.attention | BusControl.acknowledge);
  bytes[Register.busControl] = isFree ? 0 : others | lines | BusControl.busy | BusControl.request;
  if (isFree) registers.clearBits(Register.control1, Control1.connected);
  else registers.setBits(Register.control1, Control1.connected);
}

/** Whether a phase is one of the two in which data goes. */
export const isData = (phase: number): boolean => phase === Phase.dataOut || phase === Phase.dataIn;
