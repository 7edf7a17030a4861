import { type Aml, device, integer, named, packageOf, scope, string } from './aml.ts';
import { method, notify } from './aml-code.ts';
import { GENERATION_EVENT } from './registers.ts';

/** The status of the device has changed (ACPI specification 2.0, 5.6.3: values from 80h on are the device's own). */
const ID_CHANGED = 0x80;
/** Present and working, but not shown: systems without a driver do not ask for one. */
const HIDDEN = 0x0b;

/** The device by which drivers find the generation ID, with the names of QEMU's tables (docs/specs/vmgenid.rst); ADDR is its address. */
export function generationDevice(address: number): Aml {
  return device(
    'VGEN',
    named('_HID', string('QEMUVGID')),
    named('_CID', string('VM_Gen_Counter')),
    named('_DDN', string('VM_Gen_Counter')),
    named('_STA', integer(HIDDEN)),
    named('ADDR', packageOf(integer(address), integer(0))),
  );
}

/** The method that handles the event of another ID. */
export function generationEvent(): Aml {
  return scope('\\_GPE', method(`_E0${GENERATION_EVENT}`, 0, notify('\\_SB.VGEN', integer(ID_CHANGED))));
}
