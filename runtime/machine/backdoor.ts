import { Word } from '../../translator/abi/state.ts';
import type { PortBus } from '../bus/ports.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { connectVmPort } from '../devices/vmport/index.ts';
import type { VmMouse } from '../devices/vmport/mouse.ts';
import type { MachineConfig } from './config.ts';

const NO_UUID: readonly number[] = Array<number>(16).fill(0);
const NANOSECONDS = 1e6;

/** The machine around the backdoor. */
export interface BackdoorSurroundings {
  readonly ports: PortBus;
  readonly config: MachineConfig;
  /** Time since the machine was started. */
  readonly nanoseconds: () => number;
  readonly mouse: VmMouse;
}

/** Connects VMware's backdoor, whose answers are in the registers of the processor that runs, unless the machine is to have none. */
export function connectBackdoor(cpu: Cpu, { ports, config, nanoseconds, mouse }: BackdoorSurroundings): void {
  if (config.vmport === false) return;
  connectVmPort({
    ports,
    registers: {
      get: (register) => cpu.state[Word.eax + register] >>> 0,
      set: (register, value) => {
        cpu.state[Word.eax + register] = value;
      },
    },
    memoryBytes: config.memoryBytes,
    uuid: config.system?.uuid ?? NO_UUID,
    timeOfDay: () => config.startTimeOfDay + nanoseconds() / NANOSECONDS,
    mouse,
  });
}
