/** The parts of WebAssembly that are used: no host's own types are in reach here. */
export interface WasmMemoryObject {
  readonly buffer: ArrayBufferLike;
}
export interface WasmTable {
  set(index: number, value: null): void;
}
export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}
interface Api {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemoryObject;
  readonly Table: new (limits: { element: 'anyfunc'; initial: number }) => WasmTable;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: Readonly<Record<string, Record<string, unknown>>>) => WasmInstance;
}

/** Throws where the host has none, or forbids it. */
export function webAssembly(): Api {
  const api = (globalThis as { WebAssembly?: Api }).WebAssembly;
  if (api === undefined) throw new Error('this host has no WebAssembly; use target=javascript');
  return api;
}
