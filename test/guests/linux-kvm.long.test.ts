import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 600_000;
const START = new Date('2031-02-03T04:05:06Z');
const CLOCKS = '/sys/devices/system/clocksource/clocksource0';

const linux = await findLinux();

if (typeof linux === 'string') {
  describe.skip(`Linux that knows of KVM: ${linux}`, () => test('boots', () => {}));
} else {
  // Where the TSC never stops, Linux prefers it to any other clock.
  describe('Linux that knows of KVM', { timeout: TIMEOUT }, () => {
    let shell: LinuxShell;
    beforeAll(async () => {
      shell = await LinuxShell.boot(linux, 'translator', '', { cpu: 'max,+kvm,-invtsc', startTime: START });
    }, TIMEOUT);
    afterAll(() => shell?.machine.stop());

    test('finds the hypervisor and its clock', async () => {
      const messages = await shell.run('dmesg');
      expect(messages).toMatch(/Hypervisor detected: KVM/);
      expect(messages).toMatch(/kvm-clock: Using msrs 4b564d01 and 4b564d00/);
      expect(await shell.run(`cat ${CLOCKS}/current_clocksource`)).toBe('kvm-clock');
    });

    test('is told of the time that a limit takes from it', async () => {
      const stolen = async () => Number((await shell.run("awk '/^cpu / { print $9 }' /proc/stat")).trim());
      expect(await stolen()).toBe(0);
      await shell.machine.setLimits({ processor: 25 });
      await shell.run('i=0; while [ $i -lt 5000 ]; do i=$((i+1)); done');
      await shell.machine.setLimits({});
      // Hundredths of a second.
      expect(await stolen()).toBeGreaterThan(20);
    });

    test('has the time of day, and its clock goes with the others', async () => {
      const seconds = Number(await shell.run('date +%s'));
      const uptime = Number((await shell.run('cut -d. -f1 /proc/uptime')).trim());
      expect(Math.abs(seconds - uptime - START.getTime() / 1000)).toBeLessThan(60);
      // By the TSC; Linux would give up a clock that it finds to differ.
      await shell.run(
        `echo tsc > ${CLOCKS}/current_clocksource; sleep 1; echo kvm-clock > ${CLOCKS}/current_clocksource; sleep 1`,
      );
      // A busy host may make it "unstable" for the time that a read took ("read-back delay"), which says nothing of the clock.
      expect(await shell.run('dmesg | grep -iE "backwards|skew" || true')).toBe('');
    });
  });
}
