import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * The answers of a PC of qemu-system-i386 with these flags to steps of QEMU's qtest protocol (QEMU, docs/devel/testing/qtest),
 * while its processor stands still. Each step is asked after the answer to the one before, so that devices may act between them.
 */
export async function qtestAnswers(steps: readonly string[], flags: readonly string[]): Promise<string[]> {
  const still = ['-S', '-accel', 'tcg', '-qtest', 'stdio', '-qtest-log', '/dev/null', '-machine', 'pc'];
  const qemu = spawn('qemu-system-i386', [...still, ...flags, '-display', 'none', '-net', 'none'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const answers: string[] = [];
  const ask = () => void qemu.stdin.write(`${steps[answers.length]}\n`);
  try {
    ask();
    for await (const line of createInterface({ input: qemu.stdout })) {
      if (!/^(OK|FAIL|ERR)/.test(line)) continue;
      if (!line.startsWith('OK')) throw new Error(`${steps[answers.length]}: ${line}`);
      answers.push(line.slice(3).replace(/^0x0*(?=[0-9a-f]{1,8}$)(?=.)/, '0x'));
      if (answers.length === steps.length) break;
      ask();
    }
  } finally {
    qemu.kill();
  }
  return answers;
}
