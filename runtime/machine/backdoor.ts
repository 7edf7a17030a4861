import { Word } from '../../translator/abi/state.ts';
import { connectVmPort, type GuestRegisters } from '../devices/vmport/index.ts';
import { VmMouse } from '../devices/vmport/mouse.ts';
import { ports as hostPorts } from '../host/ports.ts';
import type { Board } from './board.ts';

const NO_UUID: readonly number[] = Array<number>(16).fill(0);
const NANOSECONDS = 1e6;

/** General registers of the processor whose state this is. */
export function guestRegisters(state: Int32Array): GuestRegisters {
  return {
    get: (register) => state[Word.eax + register]! >>> 0,
    set: (register, value) => {
      state[Word.eax + register] = value;
    },
  };
}

/**
 * Connects VMware's backdoor, whose answers are in the registers of the processor that runs, unless the machine is to have none. Its mouse is there
 * in any case; the driver of that listens to the mouse of the keyboard controller, which seems to move.
 */
export function makeBackdoor(
  { config, clock, door, ports, power }: Board,
  registers: GuestRegisters,
  keyboardMouse: { move(x: number, y: number): void },
): VmMouse {
  const notify = () => {
    power.wake();
    keyboardMouse.move(1, 0);
  };
  const mouse = new VmMouse({ line: door.stream(hostPorts.vmMouse), notify });
  if (config.vmport === false) return mouse;
  connectVmPort({
    ...{ ports, registers, mouse },
    memoryBytes: config.memoryBytes,
    uuid: config.system?.uuid ?? NO_UUID,
    timeOfDay: () => config.startTimeOfDay + clock.now() / NANOSECONDS,
  });
  return mouse;
}
