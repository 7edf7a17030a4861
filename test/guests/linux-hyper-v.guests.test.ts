import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 600_000;
const CLOCKS = '/sys/devices/system/clocksource/clocksource0';
const enlightened = 'max,-invtsc,hv-relaxed,hv-vapic,hv-spinlocks=0x1fff,hv-time,hv-vpindex,hv-reset,hv-frequencies';

const linux = await findLinux();

if (typeof linux === 'string') {
  describe.skip(`Linux that knows of Hyper-V: ${linux}`, () => test('boots', () => {}));
} else {
  describe.each([
    ['one processor', 1],
    ['two processors', 2],
  ] as const)('Linux that knows of Hyper-V, on %s', { timeout: TIMEOUT }, (_name, processors) => {
    let shell: LinuxShell;
    beforeAll(async () => {
      shell = await LinuxShell.boot(linux, 'translator', '', { cpu: enlightened, processors });
    }, TIMEOUT);
    afterAll(() => shell?.machine.stop());

    test('finds the hypervisor, its features and its clock', async () => {
      const messages = await shell.run('dmesg');
      expect(messages).toContain('Hypervisor detected: Microsoft Hyper-V');
      expect(messages).toContain('privilege flags low 0xaf2, high 0x0, hints 0x28, misc 0x108');
      // A tick of 4 ms at 1 GHz.
      expect(messages).toContain('Hyper-V: LAPIC Timer Frequency: 0x3d0900');
      expect(await shell.run(`cat ${CLOCKS}/current_clocksource`)).toBe('hyperv_clocksource_tsc_page');
    });

    test('its clock goes with the others, also after the machine went on from a snapshot', async () => {
      await shell.machine.load(await shell.machine.snapshot());
      const clocks = `for one in hpet hyperv_clocksource_tsc_page; do echo $one > ${CLOCKS}/current_clocksource; sleep 1; done`;
      await shell.run(clocks);
      expect(await shell.run(`cat ${CLOCKS}/current_clocksource`)).toBe('hyperv_clocksource_tsc_page');
      expect(await shell.run('dmesg | grep -E "backwards|skew|Oops|BUG:" || true')).toBe('');
    });
  });
}
