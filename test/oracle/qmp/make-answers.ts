/** Records what QEMU answers: `node test/oracle/qmp/make-answers.ts`. It takes Debian's qemu-system-x86 (npm run install-oracles). */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { converse } from './client.ts';

const folder = mkdtempSync(join(tmpdir(), 'qmp-'));
writeFileSync(join(folder, 'cd.iso'), new Uint8Array(1 << 20));
const flags = ['-S', '-m', '16', '-name', 'hello', '-display', 'none', '-serial', 'null', '-monitor', 'none'];
const child = spawn('qemu-system-i386', [...flags, '-usb', '-cdrom', join(folder, 'cd.iso'), '-qmp', 'stdio'], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const exchanges = await converse(
  {
    write: (text) => child.stdin.write(text),
    listen: (listener) => child.stdout.on('data', (bytes: Buffer) => listener(bytes.toString())),
  },
  folder,
);
const lines = exchanges.map((exchange) => JSON.stringify(exchange)).join(',\n');
writeFileSync(new URL('./qemu-answers.json', import.meta.url), `[\n${lines}\n]\n`);
rmSync(folder, { recursive: true });
