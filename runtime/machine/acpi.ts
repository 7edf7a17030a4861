import { BASE_PORT as PROCESSOR_PORT, PORT_COUNT as PROCESSOR_PORTS } from '../devices/cpu-hot-plug/registers.ts';
import { DMA_BYTES, Port as FwCfgPort } from '../devices/fw-cfg/registers.ts';
import { HPET_BASE } from '../devices/hpet/registers.ts';
import { IO_APIC_BASE } from '../devices/io-apic/registers.ts';
import { DEFAULT_BASE } from '../devices/local-apic/registers.ts';
import { BASE_PORT, PORT_COUNT } from '../devices/pci-hot-plug/registers.ts';
import type { AcpiImage } from '../devices/power/image.ts';
import { type ApicDescription, buildAcpiTables } from '../devices/power/tables.ts';
import { GENERATION_ID_BASE } from '../devices/vmgenid/registers.ts';
import type { MachineConfig } from './config.ts';
import { splitMemory } from './memory-size.ts';
import { hotPlugSlots } from './pci-slots.ts';
import { ioApicInput, parallelPort, serialPorts } from './resources.ts';

/** The timer's input, and the level-triggered ones, are not the usual. */
const apics: Omit<ApicDescription, 'localIds' | 'absent'> = {
  localAddress: DEFAULT_BASE,
  ioAddress: IO_APIC_BASE,
  overrides: [
    { irq: 0, input: ioApicInput(0), level: false },
    ...[9, 10, 11].map((irq) => ({ irq, input: ioApicInput(irq), level: true })),
  ],
};

const processorPorts = { first: PROCESSOR_PORT, count: PROCESSOR_PORTS } as const;

/** The facts in the tables that depend on the firmware and on the processor. */
export interface AcpiSettings {
  readonly powerBase: number;
  readonly pirqRoutes: readonly number[];
  /** IDs of the local APICs; null: there are none, and no I/O APIC. */
  readonly apicIds: readonly number[] | null;
  /** Numbers of the processors that are there. */
  readonly present: readonly number[];
}

/** The ACPI tables of a machine. */
export function acpiTables(config: MachineConfig, { apicIds, present, ...settings }: AcpiSettings): AcpiImage {
  const { below } = splitMemory(config);
  return buildAcpiTables({
    ...settings,
    pciMemoryStart: below,
    serialPorts,
    hotPlug: { first: BASE_PORT, count: PORT_COUNT, slots: hotPlugSlots(config) },
    // Selector, data, and the address of a DMA access.
    fwCfgPorts: { first: FwCfgPort.selector, count: FwCfgPort.dma + DMA_BYTES - FwCfgPort.selector },
    ...(config.parallelPort !== false && { parallelPort }),
    ...(apicIds && { apics: { ...apics, localIds: apicIds, absent: absentOf(apicIds, present) } }),
    ...(apicIds && config.processorsPresent && { processorChip: { ...processorPorts, localIds: apicIds } }),
    ...(config.hpet !== false && { hpetAddress: HPET_BASE }),
    ...(config.generationId && { generationIdAddress: GENERATION_ID_BASE }),
  });
}

function absentOf(apicIds: readonly number[], present: readonly number[]): ReadonlySet<number> {
  return new Set(apicIds.keys()).difference(new Set(present));
}
