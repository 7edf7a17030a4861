import type { Machine } from '../machine/machine.ts';
import type { Bus } from './bus.ts';

/** Has the bus tell what the machine tells. */
export function connectOutputs(machine: Machine, bus: Bus): void {
  for (const [n, port] of machine.serialPorts.entries()) {
    const name = `serial${n as 0 | 1 | 2 | 3}-output-byte` as const;
    port.on('data', (bytes) => eachByte(bytes, (byte) => bus.emit(name, byte)));
  }
  machine.parallel.on('data', (bytes) => eachByte(bytes, (byte) => bus.emit('parallel0-data-output', byte)));
  machine.virtioPorts[0]?.on('data', (bytes) => bus.emit('virtio-console0-output-bytes', bytes.slice()));
  machine.on('log', (message) => bus.emit('emulator-log', message));
}

function eachByte(bytes: Uint8Array, tell: (byte: number) => void): void {
  for (const byte of bytes) tell(byte);
}
