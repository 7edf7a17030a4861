import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { type BackendPlan, planBackends } from '../../../src/cli/backends/plan.ts';

/** A plan in a line: which device is where; a star is for what is muxed. */
function planned(line: string, hasDisplay = false): string {
  const plan: BackendPlan = planBackends(parseArguments(line === '' ? [] : line.split(' ')), hasDisplay);
  const { serials, monitors, controls, parallels, virtioPorts, xenConsoles, debugConsole, display } = plan;
  const places: (readonly [string, BackendPlan['serials'][number]])[] = [
    ...serials.map((backend, n) => [`com${n + 1}`, backend] as const),
    ...monitors.map((backend) => ['monitor', backend] as const),
    ...controls.map((backend) => ['qmp', backend] as const),
    ...parallels.map((backend, n) => [`lpt${n + 1}`, backend] as const),
    ...virtioPorts.map((backend, n) => [`port${n}`, backend] as const),
    ...xenConsoles.map((backend, n) => [`hvc${n}`, backend] as const),
    ...(debugConsole ? [['debug', debugConsole] as const] : []),
    ...(display ? [['display', display] as const] : []),
  ];
  return places.map(([name, backend]) => `${name}=${backend.type}${isMuxed(backend) ? '*' : ''}`).join(' ');
}

const isMuxed = (backend: object): boolean => 'muxed' in backend && backend.muxed === true;

test.each([
  ['', 'com1=stdio* monitor=stdio*'],
  ['-nographic', 'com1=stdio* monitor=stdio*'],
  ['-monitor none', 'com1=stdio*'],
  ['-monitor stdio', 'com1=null monitor=stdio'],
  ['-monitor unix:/tmp/m,server,nowait', 'com1=stdio* monitor=socket'],
  ['-serial stdio', 'com1=stdio'],
  ['-serial mon:stdio', 'com1=stdio* monitor=stdio*'],
  ['-serial mon:stdio -monitor tcp:localhost:1', 'com1=stdio* monitor=stdio* monitor=socket'],
  ['-serial mon:unix:/tmp/s,server', 'com1=socket* monitor=socket*'],
  ['-serial null -serial stdio', 'com1=null com2=stdio'],
  ['-nographic -serial stdio', 'com1=stdio* monitor=stdio*'],
  ['-nographic -serial null', 'com1=null monitor=stdio'],
  ['-nographic -monitor none', 'com1=stdio*'],
  ['-nodefaults', ''],
  [
    '-nodefaults -machine xen=on -chardev stdio,id=c,mux=on -device xen-console,chardev=c -device xen-console -mon chardev=c',
    'monitor=stdio* hvc0=stdio* hvc1=null',
  ],
  ['-nodefaults -serial stdio', 'com1=stdio'],
  ['-nodefaults -nographic -monitor stdio', 'monitor=stdio'],
  ['-chardev stdio,id=c,mux=on -serial chardev:c -mon chardev=c', 'com1=stdio* monitor=stdio*'],
  ['-chardev socket,id=c,path=/tmp/c,server=on,wait=off -mon c', 'com1=stdio* monitor=socket'],
  [
    '-serial null -chardev stdio,id=c -device virtio-serial-pci -device virtserialport,name=a -device virtconsole,chardev=c',
    'com1=null port0=null port1=stdio',
  ],
  ['-nographic -debugcon stdio', 'com1=stdio* monitor=stdio* debug=stdio*'],
  ['-debugcon stdio', 'com1=stdio* monitor=stdio* debug=stdio*'],
  ['-chardev stdio,id=c,mux=on -serial chardev:c -debugcon chardev:c', 'com1=stdio* debug=stdio*'],
  ['-chardev null,id=n -serial chardev:n -serial chardev:n', 'com1=null com2=null'],
  ['-qmp unix:/tmp/q,server=on,wait=off', 'com1=stdio* qmp=socket'],
  ['-serial telnet:localhost:1,server=on,wait=off', 'com1=socket'],
  ['-serial pipe:/tmp/p', 'com1=pipe'],
  ['-serial udp::4555@:4556', 'com1=udp'],
  ['-chardev udp,id=u,port=4555,mux=on -serial chardev:u -mon u', 'com1=udp* monitor=udp*'],
  ['-serial vc -monitor vc', 'com1=null'],
  ['-serial vc:80Cx24C -chardev vc,id=v,cols=80,rows=24 -serial chardev:v', 'com1=null com2=null'],
  ['-monitor vc', 'com1=stdio* monitor=stdio*'],
  ['-chardev ringbuf,id=r -device isa-serial,chardev=r', 'com1=ringbuf'],
  ['-serial stdio -chardev ringbuf,id=r -device isa-serial,chardev=r', 'com1=stdio com2=ringbuf'],
  ['-chardev ringbuf,id=r -device isa-serial,chardev=r,index=2', 'com1=null com2=null com3=ringbuf'],
  ['-chardev ringbuf,id=r -device isa-serial,chardev=r,iobase=0x2f8,irq=3', 'com1=null com2=ringbuf'],
  ['-serial null -device isa-serial', 'com1=null com2=null'],
  ['-serial none -chardev ringbuf,id=r -device isa-serial,chardev=r', 'com1=ringbuf'],
  ['-serial none -chardev ringbuf,id=r -device isa-serial,chardev=r,index=0', 'com1=ringbuf'],
  ['-nographic -serial none', 'com1=null monitor=stdio'],
  [
    '-chardev pipe,id=a,path=/tmp/p -chardev ringbuf,id=b -device isa-serial,index=1,chardev=b -device isa-serial,index=0,chardev=a',
    'com1=pipe com2=ringbuf',
  ],
  [
    '-chardev pipe,id=a,path=/tmp/p -chardev ringbuf,id=b -device isa-serial,index=2,chardev=b -device isa-serial,chardev=a',
    'com1=pipe com2=null com3=ringbuf',
  ],
  ['-chardev ringbuf,id=r -device isa-parallel,chardev=r', 'com1=stdio* monitor=stdio* lpt1=ringbuf'],
  ['-chardev ringbuf,id=r -serial chardev:r', 'com1=ringbuf'],
  ['-qmp stdio', 'com1=null qmp=stdio'],
  ['-qmp stdio -monitor unix:/tmp/m,server,nowait', 'com1=null monitor=socket qmp=stdio'],
  ['-chardev socket,id=c,path=/tmp/c,server=on,wait=off -mon chardev=c,mode=control', 'com1=stdio* qmp=socket'],
])('without a display %j connects %s', (line, plan) => {
  expect(planned(line)).toBe(plan);
});

test('-device isa-parallel is the port that -parallel none has left out', () => {
  const { machine, parallels } = parseArguments('-parallel none -device isa-parallel,chardev=r'.split(' '));
  expect([machine.parallelPort, parallels]).toEqual([true, [{ type: 'chardev', id: 'r' }]]);
});

test.each([
  ['', 'com1=null monitor=stdio* display=stdio*'],
  ['-monitor none', 'com1=null display=stdio*'],
  ['-monitor unix:/tmp/m,server,nowait', 'com1=null monitor=socket display=stdio*'],
  ['-serial file:/tmp/s', 'com1=file monitor=stdio* display=stdio*'],
])('with a display %j connects %s', (line, plan) => {
  expect(planned(line, true)).toBe(plan);
});

test('devices that share a backend have the same one', () => {
  const plan = planBackends(parseArguments(['-serial', 'mon:unix:/tmp/s,server']), false);
  expect(plan.monitors[0]).toBe(plan.serials[0]);
});

test.each([
  ['-qmp-pretty unix:/tmp/q,server,nowait -qmp unix:/tmp/r,server,nowait', [true, false]],
  ['-chardev stdio,id=c -mon c,mode=control,pretty=on', [true]],
  ['-chardev stdio,id=c -mon c,mode=control,pretty=off', [false]],
])('%s: QMP in lines for people', (line, pretty) => {
  const { controls, prettyControls } = planBackends(parseArguments(line.split(' ')), false);
  expect(controls.map((backend) => prettyControls.includes(backend))).toEqual(pretty);
});

test.each([
  ['-chardev ringbuf,id=r,logfile=log -serial chardev:r', { path: 'log' }],
  ['-serial tcp:127.0.0.1:1,server=on,wait=off,logfile=log,logappend=on', { path: 'log', isAppended: true }],
  ['-serial unix:/tmp/s,server,nowait,logfile=log,logappend=off', { path: 'log' }],
  // The terminal is one place, whatever it was given for.
  ['-chardev stdio,id=c,mux=on,logfile=log -serial chardev:c -mon c', { path: 'log' }],
  ['-nographic -chardev stdio,id=c,logfile=log -serial chardev:c', { path: 'log' }],
])('%s: the log', (line, log) => {
  expect(planBackends(parseArguments(line.split(' ')), false).serials[0]?.log).toEqual(log);
});

test.each<readonly [string, boolean, string]>([
  ['-qmp udp:127.0.0.1:1', false, 'QMP begins when somebody connects, which is unknown with udp; give unix:PATH'],
  ['-chardev udp,id=u,port=1 -serial chardev:u -mon u', false, 'two devices share a udp; give its -chardev mux=on'],
  ['-serial stdio -monitor stdio', false, 'a monitor and another device share the terminal; give -serial mon:stdio'],
  [
    '-chardev socket,id=c,path=/tmp/c,server=on -serial chardev:c -mon c',
    false,
    'two devices share a socket; give its -chardev mux=on',
  ],
  ['-debugcon stdio -monitor stdio', false, 'a monitor and another device share the terminal; give -serial mon:stdio'],
  [
    '-chardev stdio,id=a -serial stdio -serial chardev:a',
    false,
    'two devices share the terminal; give -chardev stdio,id=ID,mux=on, and chardev:ID for each of them',
  ],
  ...[
    ...['-serial stdio -serial stdio', '-debugcon stdio -serial stdio', '-serial stdio -parallel stdio'],
    ...['-serial mon:stdio -debugcon stdio', '-serial stdio -chardev stdio,id=a', '-serial mon:stdio -monitor stdio'],
    ...['-chardev stdio,id=a,mux=on -serial stdio -debugcon chardev:a', '-chardev stdio,id=a -chardev stdio,id=b'],
    '-chardev stdio,id=a -serial chardev:a -debugcon chardev:a',
  ].map((line) => [line, false, 'two devices share the terminal'] as const),
  [
    '-chardev pipe,id=p,path=/tmp/p -serial chardev:p -serial chardev:p',
    false,
    'two devices share a pipe; give each a',
  ],
  [
    '-chardev file,id=f,path=/tmp/f -serial chardev:f -parallel chardev:f',
    false,
    'two devices share a file; give each',
  ],
  ['-serial mon:stdio', true, 'the terminal shows the display; give -display none'],
  ['-serial vc:80x', false, "'vc:80x' is not supported"],
  ['-device isa-serial,chardev=x', false, 'there is no -chardev with id=x'],
  [
    '-device isa-serial,index=4',
    false,
    'a machine has COM1 at 0x3f8 with IRQ 4, COM2 at 0x2f8 with IRQ 3, COM3 at 0x3e8 with IRQ 4, COM4 at 0x2e8',
  ],
  ['-device isa-serial,iobase=0x3220,irq=11', false, 'there is no such port; a machine has COM1'],
  ['-device isa-serial,iobase=0x3f8,irq=3', false, 'COM1 has IRQ 4, not 3'],
  ['-serial null -device isa-serial,index=0', false, 'COM1 is connected already'],
  ['-device isa-serial,index=1 -device isa-serial,index=1', false, 'COM2 is connected already'],
  ['-parallel null -device isa-parallel', false, 'there is no such port; a machine has LPT1 at 0x378 with IRQ 7'],
  ['-device isa-fdc', false, "a second 'isa-fdc' cannot be added"],
  ['-device piix3-ide,id=ide2', false, 'connect drives to it with -drive'],
  ['-boot splash=x.jpg', false, 'firmware here shows no picture'],
  ['-boot reboot-timeout=1000', false, 'there is no second try'],
  ['-serial chardev:x', false, 'there is no -chardev with id=x'],
  ['-serial stdio -gdb stdio', false, 'gdb and another device share a place; give -gdb one of its own'],
  ['-gdb chardev:x', false, 'there is no -chardev with id=x'],
  ['-serial stdio -qmp stdio', false, 'QMP and another device share a place; give -qmp one of its own'],
])('%s is refused', (line, hasDisplay, message) => {
  expect(() => planned(line, hasDisplay)).toThrow(message);
});
