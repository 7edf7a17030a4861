import { STATE_BYTES } from '../../translator/abi/state.ts';
import { defaultEngine } from '../exec/engine.ts';
import { recordsWithin } from '../exec/residence.ts';
import { WasmMemory } from '../exec/wasm/memory.ts';
import { allocateShared, type MemoryPlace } from '../memory/ram.ts';
import { Tables } from '../memory/tables.ts';
import type { MachineConfig } from './config.ts';
import { wantsWasm } from './engine-options.ts';
import { type PhysicalLayout, physicalLayout } from './physical-layout.ts';

/** All memory of a machine that code touches. */
export interface MachineMemory {
  readonly layout: PhysicalLayout;
  readonly tables: Tables;
  /** The state's words come first. */
  readonly buffer: ArrayBufferLike;
  /** The one WebAssembly memory that all of it is in, if translations are WebAssembly. */
  readonly wasm: WasmMemory | null;
}

/** Throws BootError if RAM and the images are too large together. */
export function machineMemory(config: MachineConfig): MachineMemory {
  const records = recordsWithin(config.engineOptions?.cacheBytes ?? defaultEngine.cacheBytes);
  if (!wantsWasm(config)) {
    return {
      layout: physicalLayout(config),
      tables: new Tables(records),
      buffer: allocateShared(STATE_BYTES),
      wasm: null,
    };
  }
  const made: { wasm: WasmMemory | null } = { wasm: null };
  const layout = physicalLayout(config, (bytes): MemoryPlace => {
    made.wasm = new WasmMemory(bytes, records);
    return made.wasm.place('ram');
  });
  const wasm = made.wasm!;
  return { layout, tables: new Tables(records, wasm.place('tables')), buffer: wasm.memory.buffer, wasm };
}
