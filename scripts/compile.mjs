/**
 * Has the modules of the program compiled once, after `npm ci`: Node keeps them without their types (src/node/process/compiled-code.mjs). So the first
 * machine starts as fast as others, and its thread strips no types, which would make all its accesses to memory slower
 * (docs/performance.md, "Learned from V8"). What can't be done is done when it is needed.
 */
// @ts-check
try {
  const { keepCompiledCode, writeCompiledCode } = await import('../src/node/process/compiled-code.mjs');
  if (keepCompiledCode()) {
    await import('../src/cli/program.ts');
    const { Machine } = await import('../src/index.ts');
    // With a disk, whose thread has modules of its own.
    const machine = await Machine.create({ drives: [{ image: new Uint8Array(512) }] });
    await machine.stop();
    writeCompiledCode();
  }
} catch {
  // Whoever uses what is wrong is told.
}
