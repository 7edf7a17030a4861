import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { acpiTables } from '../../runtime/machine/acpi.ts';
import type { MachineConfig } from '../../runtime/machine/config.ts';

const HEADER_BYTES = 36;
const hasCompiler = spawnSync('iasl', ['-v']).error === undefined;

const config: Pick<MachineConfig, 'memoryBytes' | 'boot' | 'vga' | 'processorsPresent' | 'generationId'> = {
  memoryBytes: 64 << 20,
  boot: { demo: true },
  vga: 'std',
  processorsPresent: [0],
  generationId: new Uint8Array(16),
};

/** A table with its header. */
function tableOf(signature: string): Uint8Array {
  const settings = { powerBase: 0x600, pirqRoutes: [10, 10, 11, 11], apicIds: [0, 1], present: [0] };
  // Placed somewhere: some sums are made then.
  const tables = acpiTables(config as MachineConfig, settings).placedAt(0xe0000)[1]!.bytes;
  const view = new DataView(tables.buffer);
  for (let at = 0; at < tables.length; at += 16)
    if (String.fromCharCode(...tables.subarray(at, at + 4)) === signature)
      return tables.subarray(at, at + view.getUint32(at + 4, true));
  throw new Error(`there is no ${signature}`);
}

/** Runs ACPICA's compiler (Debian: acpica-tools) in a folder; what it says. */
function compile(folder: string, ...args: string[]): string {
  const { stdout, stderr } = spawnSync('iasl', args, { cwd: folder, encoding: 'latin1' });
  return stdout + stderr;
}

describe.skipIf(!hasCompiler)("ACPICA's compiler reads the tables", () => {
  test.each(['DSDT', 'FACP', 'APIC', 'HPET'])('%s, and makes the same of what it has read', (signature) => {
    const folder = mkdtempSync(join(tmpdir(), 'acpi-tables-'));
    try {
      const table = tableOf(signature);
      writeFileSync(join(folder, 'table.aml'), table);
      expect(compile(folder, '-d', 'table.aml')).not.toMatch(/error|warning|invalid|unknown/i);
      // Without optimizations. The ID of QEMU's generation device ends with letters, for which the compiler has an error (6035).
      expect(compile(folder, '-oa', '-vw', '6035', '-p', 'again', 'table.dsl')).toContain(
        'Compilation successful. 0 Errors',
      );
      const again = new Uint8Array(readFileSync(join(folder, 'again.aml')));
      expect([...again.subarray(HEADER_BYTES)]).toEqual([...table.subarray(HEADER_BYTES)]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
