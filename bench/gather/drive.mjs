// node drive.mjs name kind [engine]
import { spawn } from 'node:child_process';
import fs from 'node:fs';
const [name, kind, ...more] = process.argv.slice(2);
const log = fs.openSync(`out/${name}.log`, 'w');
const t0 = Date.now();
const args = kind === 'start' ? ['start', '-nographic', '-engine', more[0] ?? 'interpreter', ...more.slice(1)] : ['-m', '512', '-snapshot', '-nographic', '-engine', more[0] ?? 'interpreter', ...more.slice(1), 'debian.qcow2'];
const p = spawn('node', ['--disable-warning=ExperimentalWarning', 'bin/rawiron.cjs', ...args], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env } });
let text = '';
const prompt = kind === 'start' ? /# (.\[6n)?$/s : /login: $/s;
const note = (s) => fs.writeSync(log, `\n[[${Date.now()} ${s}]]\n`);
const on = (d) => { text += d.toString('latin1'); fs.writeSync(log, d); if (prompt.test(text.slice(-60))) { note('prompt'); console.log('prompt after', (Date.now() - t0) / 1000); try { const st = fs.readFileSync(`/proc/${p.pid}/stat`, 'utf8').split(') ')[1].split(' '); console.log('process cpu', (+st[11] + +st[12]) / 100); for (const t of fs.readdirSync(`/proc/${p.pid}/task`)) { const s = fs.readFileSync(`/proc/${p.pid}/task/${t}/stat`, 'utf8'); const x = s.split(') ')[1].split(' '); const cpu = (+x[11] + +x[12]) / 100; if (cpu > 0.5) console.log(' thread', s.split(' ')[1], cpu); } } catch {} text = ''; setTimeout(() => p.kill('SIGKILL'), 300); } };
p.stdout.on('data', on); p.stderr.on('data', on);
p.on('exit', (c) => { console.log('exit', c, (Date.now() - t0) / 1000); });
setTimeout(() => { console.log('timeout'); p.kill('SIGKILL'); }, 1500e3).unref();
note('begin');
