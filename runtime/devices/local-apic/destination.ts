import type { LocalApicState } from './state.ts';

/** Whether a message with this destination is for this APIC (Intel SDM vol. 3, 11.6.2); all ones are a broadcast. */
export function isAddressed(apic: LocalApicState, destination: number, logical: boolean): boolean {
  if (destination === 0xff) return true;
  if (!logical) return destination === apic.id;
  const own = apic.logicalDestination;
  if (apic.destinationFormat === 0xf) return (own & destination) !== 0;
  return own >>> 4 === destination >>> 4 && (own & destination & 0xf) !== 0;
}
