import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { eventsOf } from '../support/linux-events.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 600_000;
/** The first one of two with this name: that with places. */
const NAME = 'VMware VMMouse';

const found = await findLinux();
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, 'psmouse', 'evdev').catch(String);

if (typeof found === 'string' || typeof modules === 'string') {
  const reason = typeof found === 'string' ? found : modules;
  describe.skip(`Linux with VMware's mouse: ${reason}`, () => test('boots', () => {}));
} else {
  const linux: DebianLinux = { ...found, initrd: () => found.initrd(modules) };

  // Its driver looks for the mouse where it finds VMware's hypervisor or KVM.
  describe("Linux with VMware's mouse", { timeout: TIMEOUT }, () => {
    let shell: LinuxShell;
    beforeAll(async () => {
      shell = await LinuxShell.boot(linux, 'translator', 'quiet', { cpu: 'qemu32,+kvm' });
      await shell.run('while ! grep -q VMMouse /proc/bus/input/devices; do sleep 0.2; done');
    }, TIMEOUT);
    afterAll(() => shell?.machine.stop());

    test('finds it, and asks for places', () => {
      expect(shell.machine.mouse.pointers[0]).toEqual({ name: 'vmmouse', number: 1, isAbsolute: true });
    });

    test.each(['as it was booted', 'gone on from a snapshot'])(
      'the pointer is where the host puts it: %s',
      async (how) => {
        const { machine } = shell;
        if (how.startsWith('gone on')) await machine.load(await machine.snapshot());
        const events = await eventsOf(shell, NAME, async () => {
          await machine.mouse.moveTo(0.25, 0.5);
          await machine.mouse.press('right');
          await machine.mouse.moveTo(1, 0);
        });
        // EV_ABS, EV_KEY with BTN_RIGHT.
        const [places, last] = [
          [
            [3, 0, 16384],
            [3, 1, 32768],
          ],
          [
            [3, 0, 65534],
            [3, 1, 0],
          ],
        ];
        expect(events).toEqual([...places!, [1, 0x111, 1], [1, 0x111, 0], ...last!]);
      },
    );
  });
}
