import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';

const parse = (line: string) => parseArguments(line.split(' '));

test.each([
  ['-m 1G', { memory: '1G' }],
  ['-m size=64M', { memory: '64M' }],
  ['-M pc,hpet=off', { hpet: false }],
  ['-M hpet=on', { hpet: true }],
  ['-machine max-ram-below-4g=64M', { memoryBelow4G: '64M' }],
  ['-M max-ram-below-4g=1G', { memoryBelow4G: '1G' }],
  ['-debugcon stdio -global isa-debugcon.iobase=0x402', { debugConsole: { iobase: 0x402 } }],
  ['-global isa-debugcon.iobase=0x402 -debugcon stdio', { debugConsole: { iobase: 0x402 } }],
  ['-machine pc-i440fx-7.2,accel=kvm:tcg,usb=off,max-ram-below-4g=1G', { memoryBelow4G: '1G' }],
  ['-machine type=pc', {}],
  ['-no-acpi', { acpi: false }],
  ['-machine acpi=off', { acpi: false }],
  ['-M pc,acpi=on', { acpi: true }],
  // As in QEMU it is the default.
  ['-m 0', { memory: '128' }],
  ['-m maxmem=1G', {}],
  ['-m size=1G,maxmem=1G', { memory: '1G' }],
  ['-machine pc,kernel_irqchip=on,graphics=on', {}],
  ['-object memory-backend-ram,id=pc.ram,size=128M -machine pc,memory-backend=pc.ram', {}],
  ['-global driver=isa-debugcon,property=iobase,value=0x402', { debugConsole: { iobase: 0x402 } }],
  // Nobody is there whom it could be for, as in QEMU.
  ['-global kvm-pit.lost_tick_policy=delay', {}],
  ['-global PIIX4_PM.disable_s3=0', {}],
])('%s', (line, options) => {
  const settings = parse(line);
  expect(settings.machine).toEqual(options);
  expect(settings.warnings ?? []).toEqual([]);
});

test.each([
  ['-m 64,slots=2,maxmem=1G', '-m: no memory can be added while the machine runs (slots)'],
  [
    '-rtc base=utc,driftfix=slew',
    '-rtc: interrupts of the clock that the guest misses are not made up for (driftfix=slew)',
  ],
  ['-global PIIX4_PM.disable_s3=1', '-global: the guest can suspend itself all the same (PIIX4_PM.disable_s3)'],
  ['-msg timestamp=on', '-msg: messages have neither times nor the name of the guest'],
])('%s has no effect, and says so', (line, warning) => {
  expect(parse(line).warnings).toEqual([warning]);
});

test.each([
  ['-global foo.bar=1', "-global: the property 'foo.bar' is not supported; give isa-debugcon.iobase=PORT"],
  ['-rtc base=soon', "-rtc: 'soon' is no time; give utc, localtime"],
  ['-rtc base=2026-02-30', "-rtc: '2026-02-30' is no time"],
  ['-rtc base=2026-01-31T24:00:00', "-rtc: '2026-01-31T24:00:00' is no time"],
  ['-rtc base=2006-13-01', "-rtc: '2006-13-01' is no time"],
  ['-m abc', "-m: 'abc' is not a memory size"],
  ['-machine q35', "-machine: 'q35' is not supported: the machine is a pc"],
  ['-machine pc,smm=on', "-machine: 'smm=on' is not supported"],
  ['-machine max-ram-below-4g=much', "-machine: 'much' is not a memory size"],
  ['-global pc.x=1', "-global: the property 'pc.x' is not supported"],
  ['-m 1G,maxmem=512M', '-m: maxmem=512M is less than the memory that there is; leave it out'],
  ['-m 64,speed=2', "-m: 'speed' is not supported in '64,speed=2': it may have slots, maxmem"],
])('%s is refused', (line, message) => {
  expect(() => parse(line)).toThrow(message);
});

test.each([
  ['2', { sockets: 1, cores: 2, threads: 1 }],
  ['cpus=4,sockets=2', { sockets: 2, cores: 2, threads: 1 }],
  ['4,cores=2', { sockets: 2, cores: 2, threads: 1 }],
  ['cores=3', { sockets: 1, cores: 3, threads: 1 }],
  ['maxcpus=4,threads=2', { sockets: 1, cores: 2, threads: 2 }],
  ['8,sockets=2,cores=2,threads=2,dies=1,maxcpus=8', { sockets: 2, cores: 2, threads: 2 }],
])('-smp %s', (text, processors) => {
  expect(parse(`-smp ${text} -kernel K`).machine.processors).toEqual(processors);
});

test('the last -smp counts', () => {
  expect(parse('-smp 2 -smp 1').machine.processors).toBeUndefined();
});

describe('flags that say what to do instead', () => {
  test.each([
    ['-localtime', '-localtime is not supported: give -rtc base=localtime'],
    ['-no-kvm', '-no-kvm is not supported: leave it out'],
    ['-redir tcp:2222::22', '-redir is not supported: give -nic user,hostfwd='],
    ['-soundhw pcspk', '-soundhw is not supported: give -audiodev wav,id=a,path=FILE, and'],
    ['-no-frame', '-no-frame is not supported: there is no window'],
    ['-enable-kvm', '-enable-kvm is not supported: guest code is always translated'],
    ['-sandbox on,obsolete=deny,spawn=deny', "-sandbox: 'on' is not supported: there is no sandbox around the program"],
    ['-display gtk,zoom-to-fit=on', "-display: 'gtk' is not supported: there are no windows"],
    ['-display dbus,p2p=on', "-display: 'dbus' is not supported: there are no windows"],
    ['-vga qxl', "-vga: 'qxl' is not supported: give std"],
  ])('%s', (line, message) => {
    expect(() => parse(line)).toThrow(message);
  });
});

describe('-device floppy', () => {
  test.each([
    ['-drive if=none,id=f,file=f.img -device floppy,drive=f', { id: 'f', image: 'f.img', interface: 'floppy' }],
    [
      '-blockdev driver=file,node-name=f,filename=f.img -device floppy,drive=f,unit=1',
      { id: 'f', image: 'f.img', interface: 'floppy', index: 1 },
    ],
    ['-device floppy,unit=0,bootindex=1', { interface: 'floppy', index: 0, bootIndex: 1 }],
  ])('%s', (line, drive) => {
    expect(parse(line).machine.drives).toMatchObject([drive]);
  });
});

/** The command line of virt-install, as libvirt writes it, without the sandbox. */
const libvirt = `-name guest=test,debug-threads=on -S -machine pc-i440fx-7.2,usb=off,dump-guest-core=off,memory-backend=pc.ram -accel tcg
 -cpu qemu32 -m 256 -object {"qom-type":"memory-backend-ram","id":"pc.ram","size":268435456} -overcommit mem-lock=off
 -smp 1,sockets=1,cores=1,threads=1 -uuid dfd1a1aa-7dd1-098e-a926-db9526785a9e -no-user-config -nodefaults
 -chardev socket,id=charmonitor,path=/tmp/monitor,server=on,wait=off -mon chardev=charmonitor,id=monitor,mode=control
 -rtc base=utc,driftfix=slew -global kvm-pit.lost_tick_policy=delay -no-hpet -no-shutdown -global PIIX4_PM.disable_s3=1 -boot strict=on
 -device piix3-usb-uhci,id=usb,bus=pci.0,addr=0x1.0x2 -device virtio-serial-pci,id=virtio-serial0,bus=pci.0,addr=0x4
 -blockdev {"driver":"file","filename":"disk.qcow2","node-name":"libvirt-1-storage","auto-read-only":true,"discard":"unmap"}
 -blockdev {"node-name":"libvirt-1-format","read-only":false,"driver":"qcow2","file":"libvirt-1-storage"}
 -device virtio-blk-pci,bus=pci.0,addr=0x5,drive=libvirt-1-format,id=virtio-disk0,bootindex=1
 -netdev user,id=hostnet0 -device {"driver":"e1000","netdev":"hostnet0","id":"net0","mac":"52:54:00:11:22:33","bus":"pci.0","addr":"0x3"}
 -chardev null,id=charserial0 -device isa-serial,chardev=charserial0,id=serial0 -device usb-tablet,id=input0,bus=usb.0,port=1
 -device VGA,id=video0,bus=pci.0,addr=0x2 -device virtio-balloon-pci,id=balloon0,bus=pci.0,addr=0x6 -msg timestamp=on`;

test('a command line of libvirt', () => {
  const { machine, warnings, startsPaused } = parseArguments(libvirt.split(/\s+/));
  expect(machine).toMatchObject({
    cpu: 'qemu32',
    memory: '256',
    vga: 'std',
    usb: [{ device: 'tablet', id: 'input0', port: 1 }],
    balloon: true,
    hpet: false,
  });
  expect(machine.pciSlots).toEqual({ net0: 3, 'virtio-serial': 4, virtio0: 5, vga: 2, 'virtio-balloon': 6 });
  expect([startsPaused, warnings?.length]).toEqual([true, 3]);
});
