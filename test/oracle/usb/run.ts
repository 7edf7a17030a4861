import { Ehci } from '../../../runtime/devices/ehci/index.ts';
import { PciBus } from '../../../runtime/devices/pci/index.ts';
import { UsbHid } from '../../../runtime/devices/usb-hid/index.ts';
import { Xhci } from '../../../runtime/devices/xhci/index.ts';
import type { UsbControllerModel } from '../../../runtime/machine/catalogue/usb.ts';
import { CardRig, MEMORY_BYTES } from '../../runtime/devices/network/card-rig.ts';
import { recordedStream } from '../../runtime/devices/rig.ts';
import { reportKinds } from '../../runtime/devices/usb/usb-rig.ts';
import { qtestAnswers } from '../qtest.ts';
import { SLOT, type Steps } from './words.ts';

/** Those that are compared. */
type Model = Exclude<UsbControllerModel, 'piix3-usb-uhci'>;

/** A controller on a PCI bus, with a tablet and a keyboard. */
function rigOf(model: Model): CardRig {
  const rig = new CardRig();
  const { clock, events } = rig;
  const devices = ['tablet', 'keyboard'].map((kind) => {
    const reports = reportKinds[kind]!(recordedStream(), { clock, events });
    return new UsbHid({ name: kind, speed: 'high', reports, clock, events });
  });
  const options = { ...rig.board, device: SLOT, bus: 'usb-bus.0' };
  const storeAlarm = () => ({ set: () => {} });
  const controller =
    model === 'usb-ehci'
      ? new Ehci({ ...options, storeAlarm })
      : new Xhci({ ...options, model, sendMessage: () => true });
  for (const [n, device] of devices.entries()) controller.usbBus.plug(n + 1, device);
  controller.reset();
  new PciBus(rig).add(controller.pciFunction);
  return rig;
}

/** Our answer to each step: a number, or nothing. */
export function answersOfOurs(model: Model, steps: Steps): string[] {
  const rig = rigOf(model);
  return steps.map((step) => {
    const [command = '', ...words] = step.split(' ');
    const [first = 0, second = 0] = words.map(Number);
    const [region] = rig.regions;
    if (command === 'outl') rig.ports.write(first, 4, second);
    else if (command === 'inl') return hex(rig.ports.read(first, 4));
    else if (command === 'readl' && first < MEMORY_BYTES) return hex(rig.get(first));
    else if (command === 'readl') return hex(region!.read(first - region!.base, 4));
    else if (first < MEMORY_BYTES) rig.put(first, second);
    else region!.write(first - region!.base, 4, second);
    return '';
  });
}

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** The answers of QEMU's controller to the steps. */
export async function answersOfQemu(model: Model, steps: Steps): Promise<string[]> {
  const devices = [model, 'usb-tablet', 'usb-kbd'].flatMap((name) => ['-device', name]);
  const answers = await qtestAnswers(steps, ['-m', '4', '-nodefaults', '-vga', 'none', ...devices]);
  return answers.map((answer) => answer.replace(/^0x0+(?=[0-9a-f])/, '0x'));
}
