import { GENERATION_ID_BYTES } from '../../runtime/devices/vmgenid/registers.ts';
import type { MachineConfig } from '../machine-core.ts';
import { checkedBoolean } from '../util/checks.ts';
import { uuidBytes } from './uuid.ts';

/** Options that say whether the machine has a generation ID, and of which kind. */
interface GenerationIdOptions {
  readonly generationId?: boolean | string;
  readonly acpi?: boolean;
  readonly icount?: object;
}

/**
 * The ID of the first generation, as the guest reads it; nothing without ACPI, by which a guest finds it. With instruction time it is
 * zero, so that runs are alike, unless it is given.
 * @throws ConfigurationError
 */
export function checkedGenerationId(options: GenerationIdOptions): Pick<MachineConfig, 'generationId'> {
  const { generationId = true, acpi = true, icount } = options;
  const given = typeof generationId === 'string' ? inGuestOrder(uuidBytes('generationId', generationId)) : undefined;
  if (given === undefined && !checkedBoolean('generationId', generationId as boolean)) return {};
  if (!acpi) return {};
  const id = new Uint8Array(GENERATION_ID_BYTES);
  return { generationId: given ?? (icount === undefined ? crypto.getRandomValues(id) : id) };
}

/** A GUID as it is in memory, or the other way round: its first three fields have their low byte first (UEFI specification 2.8, appendix A). */
export function inGuestOrder(bytes: Iterable<number>): Uint8Array {
  const all = [...bytes];
  const fields = [all.slice(0, 4), all.slice(4, 6), all.slice(6, 8)];
  return Uint8Array.from([...fields.flatMap((field) => field.reverse()), ...all.slice(8)]);
}
