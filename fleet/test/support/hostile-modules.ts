/** What a hostile job has been told of the host, so that it need not search. */
export interface Targets {
  /** Number of the worker's process. */
  readonly worker: number;
  /** Numbers of processes of other jobs, and of Redis. */
  readonly others: readonly number[];
  readonly redisPort: number;
  /** A file of another tenant in the store, which is a SQLite database, too; and the folder that it is in. */
  readonly file: string;
  readonly folder: string;
  /** The project's own folder. */
  readonly root: string;
}

/** Before each module: what it aims at, and an act whose failure is its result. */
const common = (targets: Targets): string => `
const aim = ${JSON.stringify(targets)};
const tried = {};
const attempt = async (name, act) => {
  try { tried[name] = String(await act()).slice(0, 2000); } catch (error) { tried[name] = 'refused: ' + (error?.code ?? error?.message ?? error); }
};
const own = process.env.TMPDIR;
const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
const frame = (head, length = 0, headLength) => {
  const text = Buffer.from(typeof head === 'string' ? head : JSON.stringify(head));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(headLength ?? text.length, 0);
  lengths.writeUInt32LE(length, 4);
  return Buffer.concat([lengths, text]);
};
const fs = await import('node:fs');
/** Writes all of it, also what the pipe does not take at once. */
const write = async (bytes) => {
  for (let at = 0; at < bytes.length; )
    try { at += fs.writeSync(3, bytes, at); } catch (error) { if (error.code !== 'EAGAIN') throw error; await sleep(1); }
};
`;

/** An act in a module: its result is what it could do. */
const act = (text: string): string => `export default async (machine, { artefact }) => { ${text}; return tried; };`;

/** Jobs that reach for what is not theirs, by what they try. */
const acts: Readonly<Record<string, string>> = {
  // The pipe to the worker.
  'garbage in each descriptor': act(
    'for (let fd = 0; fd < 64; fd++) try { fs.writeSync(fd, Buffer.from([0, 0, 0, 4, 65, 66, 67, 68])); } catch {} await sleep(5000)',
  ),
  'a head without an end': act('await write(frame("{}", 0, 0xffffffff)); await sleep(5000)'),
  'a head that is not JSON': act('await write(frame("{{{{")); await sleep(5000)'),
  'answers to calls that nobody has made': act('await write(frame({ reply: 77, fields: {} })); await sleep(5000)'),
  'an event that nobody knows': act('await write(frame({ event: "__proto__", id: 0, fields: {} })); await sleep(5000)'),
  'four gigabytes with an event': act(
    'await write(frame({ event: "file", id: 0, fields: { job: 0, name: "a", isFirst: true } }, 0xffffffff)); await sleep(5000)',
  ),
  'fields of other kinds': act(
    'await write(frame({ event: "file", id: 0, fields: { job: {}, name: ["a"], isFirst: 1 } })); await sleep(5000)',
  ),
  'a nested head': act('await write(frame("[".repeat(1 << 20) + "]".repeat(1 << 20))); await sleep(5000)'),
  'events that it does not wait for': act(
    'const one = frame({ event: "file", id: 0, fields: { job: 0, name: "a", isFirst: false } }); for (let n = 0; n < 1e5; n++) await write(one); await sleep(5000)',
  ),
  'no descriptors': act('for (let fd = 0; fd < 64; fd++) try { fs.closeSync(fd); } catch {} await sleep(5000)'),
  // What it leaves.
  'two gigabytes of artefacts': act('for (let n = 0; n < 2000; n++) await artefact("f" + n, new Uint8Array(1 << 20))'),
  'artefacts without waiting': act('for (let n = 0; n < 2000; n++) artefact("f" + n, "x")'),
  'an artefact elsewhere': act('await artefact("../../../worker", "x")'),
  'all of its disk': act(
    'await attempt("fill", () => { const part = Buffer.alloc(1 << 20); for (let n = 0; n < 400; n++) fs.appendFileSync(own + "/fill", part); return "filled"; })',
  ),
  // Other tenants, the worker, the host.
  sqlite: act(`
    await attempt('write', async () => { const { DatabaseSync } = process.getBuiltinModule('node:sqlite'); const d = new DatabaseSync(aim.file); d.exec("create table evil (x)"); return 'written'; });
    await attempt('attach', async () => { const { DatabaseSync } = await import('node:sqlite'); const d = new DatabaseSync(':memory:'); d.exec("attach '" + aim.file + "' as o"); return JSON.stringify(d.prepare('select * from o.kept').all()); });
    await attempt('storage', () => { localStorage.setItem('a', 'b'); return 'stored'; })`),
  files: act(`
    for (const path of [aim.file, '/etc/passwd', '/etc/shadow', '/proc/' + aim.worker + '/environ', '/proc/self/environ', '/proc/1/cmdline', aim.root + '/package-lock.json'])
      await attempt(path, () => fs.readFileSync(path, 'utf8'));
    await attempt('list', () => fs.readdirSync(aim.folder).join());
    await attempt('write', () => { fs.writeFileSync(aim.file, 'evil'); return 'written'; });
    await attempt('remove', () => { fs.rmSync(aim.folder, { recursive: true }); return 'removed'; });
    await attempt('program', () => { fs.writeFileSync(aim.root + '/fleet/src/evil.ts', ''); return 'written'; })`),
  symlinks: act(`
    await attempt('link', () => { fs.symlinkSync(aim.file, own + '/link'); return fs.readFileSync(own + '/link', 'utf8'); });
    await attempt('folder', () => { fs.symlinkSync(aim.folder, own + '/folder'); return fs.readdirSync(own + '/folder').join(); });
    await attempt('hard', () => { fs.linkSync(aim.file, own + '/hard'); return fs.readFileSync(own + '/hard', 'utf8'); });
    await attempt('through', () => { fs.writeFileSync(own + '/link', 'evil'); return fs.lstatSync(own + '/link').isSymbolicLink() ? 'written' : 'its own file'; });
    await attempt('up', () => fs.readFileSync(own + '/../../../../../..' + aim.file, 'utf8'))`),
  signals: act(`
    for (const target of [aim.worker, process.ppid, ...aim.others, 0, -1])
      await attempt('kill ' + target, () => process.kill(target, 'SIGKILL'));
    await attempt('_kill', () => process._kill(aim.worker, 9) === 0 && 'killed');
    await attempt('priority', async () => (await import('node:os')).setPriority(aim.worker, 19));
    await attempt('debug', () => process._debugProcess(aim.worker))`),
  'built-in modules': act(`
    const names = ['child_process', 'cluster', 'dgram', 'dns', 'ffi', 'http', 'http2', 'https', 'inspector', 'module', 'net', 'os', 'repl', 'sea', 'sqlite', 'test', 'tls', 'v8', 'vfs', 'vm', 'wasi', 'worker_threads', 'async_hooks', 'trace_events', 'diagnostics_channel'];
    for (const name of names) {
      await attempt('import ' + name, async () => { await import('node:' + name); return 'open'; });
      await attempt('get ' + name, () => process.getBuiltinModule('node:' + name) && 'open');
    }`),
  'process.binding': act(`
    for (const name of ['fs', 'spawn_sync', 'process_wrap', 'tcp_wrap', 'sqlite'])
      for (const way of ['binding', '_linkedBinding']) await attempt(way + ' ' + name, () => process[way](name) && 'open');
    await attempt('internal', () => process.binding('natives') && 'open')`),
  workers: act(`
    await attempt('import', async () => new (await import('node:worker_threads')).Worker('1', { eval: true }) && 'begun');
    let Thread;
    process.on('worker', (worker) => { Thread = worker.constructor; });
    const { Machine } = await import('rawiron-of-the-worker');
    await attempt('machine', async () => { const other = await Machine.create({ memory: 2, boot: { demo: true } }); await other.stop(); return 'a machine of its own'; });
    const text = "require('node:worker_threads').parentPort.postMessage(require('node:fs').readFileSync('" + aim.file + "', 'latin1'))";
    const begin = (file, options) => new Promise((resolve, reject) => { const worker = new Thread(file, options); worker.on('message', resolve).on('error', reject); setTimeout(() => resolve('silent'), 3000); });
    if (Thread) {
      await attempt('permissions', () => begin(text, { eval: true, execArgv: [] }));
      await attempt('address', () => begin(new URL('data:text/javascript,' + encodeURIComponent(text)), { execArgv: [], env: { NODE_OPTIONS: '' } }));
    }`),
  wasi: act(`
    await attempt('wasi', async () => new (await import('node:wasi')).WASI({ version: 'preview1', preopens: { '/': '/' } }) && 'open');
    await attempt('module', async () => (await WebAssembly.instantiate(Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]), {})) && 'computed')`),
  'native addons': act(`
    fs.writeFileSync(own + '/addon.node', 'no library');
    for (const path of [own + '/addon.node', '/lib/x86_64-linux-gnu/libc.so.6', aim.root + '/node_modules/rolldown/dist/index.mjs'])
      await attempt(path, () => { process.dlopen({ exports: {} }, path); return 'loaded'; })`),
  programs: act(`
    await attempt('execve', () => process.execve('/bin/sh', ['sh', '-c', 'true'], {}));
    await attempt('spawn', async () => (await import('node:child_process')).execSync('id'));
    await attempt('report', () => process.report.writeReport(aim.folder + '/report.json'));
    await attempt('report here', () => { process.report.directory = aim.folder; return process.report.writeReport('report.json'); })`),
  network: act(`
    const Socket = Object.getPrototypeOf(process.stdin).constructor;
    await attempt('redis', () => new Promise((resolve, reject) => { const s = new Socket(); s.on('error', reject).on('data', resolve); s.connect(aim.redisPort, '127.0.0.1', () => s.write('PING\\r\\n')); setTimeout(() => reject(new Error('silent')), 3000); }));
    await attempt('fetch', async () => (await fetch('http://127.0.0.1:' + aim.redisPort)).status);
    await attempt('web socket', () => new Promise((resolve, reject) => { const s = new WebSocket('ws://127.0.0.1:' + aim.redisPort); s.onopen = () => resolve('open'); s.onerror = () => reject(new Error('closed')); }))`),
  'the library': act(`
    const { Machine } = await import('rawiron-of-the-worker');
    const make = (options) => async () => { const made = await Machine.create({ memory: 2, boot: { demo: true }, ...options }); await made.stop(); return 'made'; };
    await attempt('disk', make({ drives: [{ file: aim.file, format: 'raw' }] }));
    await attempt('another disk', make({ drives: [{ image: aim.file, format: 'raw' }] }));
    await attempt('firmware', make({ boot: { bios: aim.file } }));
    await attempt('thread', async () => (await import(aim.root + '/src/node/threads/thread.ts')) && 'open')`),
  'what others use': act(`
    Object.prototype['node:sqlite'] = true; Object.prototype.fields = 5; Object.prototype.parentURL = 'file://' + aim.root + '/src/';
    String.prototype.startsWith = () => true; Array.prototype.includes = () => true; Reflect.apply = () => true;
    await attempt('sqlite', async () => (await import('node:sqlite')) && 'open');
    JSON.stringify = () => '{"reply":5}'; Array.prototype[Symbol.iterator] = function* () {}`),
  'its own end': act('Promise.reject(null); setTimeout(() => process.abort(), 100); await sleep(5000)'),
  'a stack without an end': act('const deeper = (n) => deeper(n + 1) + 1; await attempt("deep", () => deeper(0))'),
  'a loop without an end': act('for (;;);'),
};

/** The hostile modules by what they try. */
export function hostileModules(targets: Targets): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(acts).map(([name, text]) => [name, `${common(targets)}${text}`]));
}
