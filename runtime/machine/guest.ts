import { WAKING_VECTOR } from '../devices/power/tables.ts';
import { demoImage } from '../firmware/demo/image.ts';
import { type AcpiPlacement, type BootState, loadFlat } from '../firmware/load/index.ts';
import { placedSmbios } from '../firmware/smbios/index.ts';
import { acpiTables } from './acpi.ts';
import { type MachineConfig, startsFirmware } from './config.ts';
import { kernelWithoutFirmware } from './kernel.ts';
import { apicIdsOf } from './model-of.ts';
import { processorsAtStart } from './processor-plugs.ts';
import { withoutFirmware } from './resources.ts';
import { smbiosOf } from './smbios.ts';

/** Where systems look for what firmware leaves. */
const [ACPI_TABLES, SMBIOS_TABLES] = [0xe0000, 0xf0000];

/** The guest that is started without firmware, in memory and at its first instruction. Null: there is firmware. */
export function loadGuest(config: MachineConfig): BootState | null {
  const { boot } = config;
  if (startsFirmware(boot)) return null;
  if ('flat' in boot) return loadFlat({ ...boot, bytes: boot.flat }, config.memoryBytes);
  const acpi = acpiOf(config);
  const smbios = config.system && smbiosOf(config);
  const tables = smbios ? [...acpi, { address: SMBIOS_TABLES, bytes: placedSmbios(smbios, SMBIOS_TABLES) }] : acpi;
  const images = 'kernel' in boot ? boot : { kernel: demoImage() };
  const [rsdp, others] = acpi;
  return {
    ...kernelWithoutFirmware(config, images, { tables, rsdpAddress: rsdp?.address ?? 0 }),
    ...(others && { wakingVector: others.address + WAKING_VECTOR }),
  };
}

/** The ACPI tables, first the one that leads to the others; none where there is to be no ACPI. */
function acpiOf(config: MachineConfig): AcpiPlacement['tables'] {
  if (config.acpi === false) return [];
  const settings = { ...withoutFirmware, apicIds: apicIdsOf(config), present: processorsAtStart(config) };
  return acpiTables(config, settings).placedAt(ACPI_TABLES);
}
