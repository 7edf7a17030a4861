import { type CpuModel, cpuModel, defaultModel } from '../cpu/model.ts';
import { buildDemo } from '../firmware/demo/index.ts';
import { type BootState, loadFlat } from '../firmware/load/index.ts';
import { acpiTables } from './acpi.ts';
import type { MachineConfig } from './config.ts';
import { kernelWithoutFirmware } from './kernel.ts';
import { withoutFirmware } from './resources.ts';

const ACPI_TABLES = 0xe0000;

/** The model that the configuration names, or the default one. */
export function modelOf({ cpu }: MachineConfig): CpuModel {
  return cpu === undefined ? defaultModel : cpuModel(cpu);
}

/** The guest that is started without firmware, in memory and at its first instruction. Null: there is firmware. */
export function loadGuest(config: MachineConfig): BootState | null {
  const { boot } = config;
  if ('bios' in boot) return null;
  if ('flat' in boot) return loadFlat(boot.flat, boot.address, boot.mode);
  const apic = modelOf(config).features.has('apic');
  const tables = acpiTables(config, { ...withoutFirmware, apic }).placedAt(ACPI_TABLES);
  const images = 'kernel' in boot ? boot : { kernel: buildDemo() };
  return kernelWithoutFirmware(config, images, { tables, rsdpAddress: ACPI_TABLES });
}
