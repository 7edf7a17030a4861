import { afterEach, describe, expect, test, vi } from 'vitest';
import { deviceModel } from '../../../runtime/machine/catalogue/index.ts';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { flags } from '../../../src/cli/flags.ts';
import { missingDevices, missingFlags } from '../../../src/cli/missing.ts';

const parse = (line: string) => parseArguments(line === '' ? [] : line.split(' '));

test('a whole command line', () => {
  expect(
    parse('-m 256 -kernel K -initrd I -append A -nographic -serial mon:stdio -serial file:/tmp/x -no-reboot'),
  ).toEqual({
    action: 'run',
    kernel: 'K',
    initrd: 'I',
    append: 'A',
    nographic: true,
    serials: [
      { type: 'stdio', muxed: true, hasMonitor: true },
      { type: 'file', path: '/tmp/x' },
    ],
    machine: { memory: '256', reboot: 'exit', serialConsole: true },
    parallels: [],
    virtioPorts: [],
    xenConsoles: [],
    chardevs: {},
    waitingDrives: {},
    waitingFolders: {},
    cards: [],
    randomSources: [],
    netdevs: {},
    captures: {},
    audio: [],
    audioUsers: [],
  });
});

test.each([
  ['-icount shift=3', { icount: { shift: 3 } }],
  ['-icount 3', { icount: { shift: 3 } }],
  ['-device isa-debug-exit', { debugExit: { iobase: 0x501, iosize: 2 } }],
  ['-device isa-debug-exit,iobase=0xf4,iosize=0x04', { debugExit: { iobase: 0xf4, iosize: 4 } }],
  ['-device isa-debugcon,chardev=x', { debugConsole: { iobase: 0xe9 } }],
  ['-device isa-debugcon,iobase=0x402,chardev=x', { debugConsole: { iobase: 0x402 } }],
  ['-device pc-testdev,id=p -device edu,id=e', { pcTestdev: true, edu: { dmaMask: 0xfffffff } }],
  ['-device vmgenid', { generationId: true }],
  ['-device vmgenid,guid=auto,id=g', { generationId: true }],
  [
    '-device vmgenid,guid=324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87',
    { generationId: '324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87' },
  ],
  ['-machine vmgenid=off', { generationId: false }],
  ['-device edu', { edu: { dmaMask: 0xfffffff } }],
  ['-device edu,dma_mask=0xffffffff', { edu: { dmaMask: 0xffffffff } }],
  ['-device virtio-balloon', { balloon: true }],
  ['-usb', { usb: [] }],
  ['-k de', { keyboardLayout: 'de' }],
  ['-usb -usbdevice tablet', { usb: ['tablet'] }],
  ['-device virtio-serial', { virtioPorts: [] }],
  [
    '-chardev null,id=c -device virtio-serial-pci -device virtconsole,chardev=c -device virtserialport,chardev=c,name=p',
    { virtioPorts: [{ console: true }, { name: 'p' }] },
  ],
  ['-accel tcg,xen-version=0x40010', { xen: { version: '4.16' } }],
  ['-accel tcg,xen-version=4.16', { xen: { version: '4.16' } }],
  ['-drive if=xen,file=v.img', { drives: [{ image: 'v.img', interface: 'xen' }] }],
  [
    '-drive if=none,media=cdrom,id=d,file=v.iso -device virtio-blk,drive=d',
    { drives: [{ id: 'd', image: 'v.iso', media: 'disk', interface: 'virtio', readOnly: true }] },
  ],
  ['-accel kvm,xen-version=262160 -accel tcg -machine xen=on', { xen: { version: '4.16' } }],
  [
    '-machine xen=on -chardev null,id=c -device xen-console,chardev=c -device xen-console,chardev=c,idx=1',
    { xen: true, xenConsoles: 2 },
  ],
  [
    '-machine xen=on -device xen-keyboard -device xen-framebuffer',
    { xen: true, xenKeyboard: true, xenFramebuffer: true },
  ],
  ['-object rng-random,id=r,filename=/dev/urandom -device virtio-rng-pci,rng=r', { rng: true }],
  [
    '-virtfs local,path=a,,b,mount_tag=t,security_model=none,readonly=on,id=x,multidevs=remap',
    { shares: [{ tag: 't', folder: 'a,b', securityModel: 'none', readOnly: true }] },
  ],
  [
    '-fsdev local,id=f,path=p,security_model=mapped-file -device virtio-9p,fsdev=f,mount_tag=t',
    { shares: [{ tag: 't', folder: 'p', securityModel: 'mapped-file' }] },
  ],
  ['-no-hpet', { hpet: false }],
  ['-parallel none', { parallelPort: false }],
  ['-boot dc,menu=on', { bootOrder: { order: 'dc', menu: true } }],
  ['-boot once=d', { bootOrder: { once: 'd' } }],
  ['-no-fd-bootchk -boot a', { bootOrder: { order: 'a', checkFloppy: false } }],
  ['-drive if=virtio,file=v.img', { drives: [{ image: 'v.img', interface: 'virtio' }] }],
  [
    '-drive if=none,id=d,file=v.img,format=raw -device virtio-blk,drive=d,serial=s',
    { drives: [{ id: 'd', image: 'v.img', format: 'raw', media: 'disk', interface: 'virtio', serial: 's' }] },
  ],
  [
    '-drive id=nvm,file=v.img,if=none -device nvme,serial=deadbeef,drive=nvm',
    { drives: [{ id: 'nvm', image: 'v.img', media: 'disk', interface: 'nvme', serial: 'deadbeef' }] },
  ],
  [
    '-drive v.img,bps=1000,iops_rd=5,iops_rd_max=9,group=g',
    { drives: [{ image: 'v.img', limits: { bps: 1000, iopsRead: 5, iopsReadMax: 9, group: 'g' } }] },
  ],
  [
    '-drive v.img,throttling.iops-total=7,throttling.iops-total-max=9,throttling.iops-total-max-length=2,throttling.iops-size=512',
    { drives: [{ image: 'v.img', limits: { iops: 7, iopsMax: 9, iopsMaxLength: 2, iopsSize: 512 } }] },
  ],
  [
    '-limits processor=50%,memory=512M -limits instructions=1000',
    { limits: { processor: 50, memory: '512M', instructions: 1000 } },
  ],
  ['-trace cpu_* -trace enable=-cpu_in -d int,trace:blk_*', { trace: ['cpu_*', '-cpu_in', 'blk_*'], log: ['int'] }],
  ['-hdb b.img', { drives: [{ image: 'b.img', index: 1 }] }],
  ['-m 64 a.img b.img', { memory: '64', drives: [{ image: 'a.img' }, { image: 'b.img' }] }],
  [
    '-cdrom a.iso -fda b',
    {
      drives: [
        { image: 'a.iso', media: 'cdrom', index: 2 },
        { image: 'b', interface: 'floppy', index: 0 },
      ],
    },
  ],
  ['-drive a,,b.img,format=raw', { drives: [{ image: 'a,b.img', format: 'raw' }] }],
  ['-drive file=a,if=floppy,index=1', { drives: [{ image: 'a', interface: 'floppy', index: 1 }] }],
  [
    '-drive if=none,id=x,file=a -device ide-hd,drive=x,bus=ide.1,unit=1',
    { drives: [{ id: 'x', image: 'a', media: 'disk', index: 3 }] },
  ],
  [
    '-blockdev driver=qcow2,node-name=x,file.filename=a -device ide-cd,drive=x',
    { drives: [{ id: 'x', image: 'a', format: 'qcow2', media: 'cdrom' }] },
  ],
  [
    '-blockdev driver=file,node-name=f,filename=a,read-only=on -blockdev driver=qcow2,node-name=x,file=f -device ide-hd,drive=x',
    { drives: [{ id: 'x', image: 'a', format: 'qcow2', readOnly: true, media: 'disk' }] },
  ],
  [
    '-blockdev {"driver":"raw","node-name":"x","cache":{"direct":true},"read-only":false,"file":{"driver":"file","filename":"a,b"}} -device {"driver":"ide-hd","drive":"x"}',
    { drives: [{ id: 'x', image: 'a,b', format: 'raw', readOnly: false, media: 'disk' }] },
  ],
  ['-device ide-cd', { drives: [{ media: 'cdrom' }] }],
  ['-cpu pentium,+nx', { cpu: 'pentium,+nx' }],
  ['-debugcon stdio', { debugConsole: { iobase: 0xe9 } }],
  ['-engine interpreter -isolate caller', { engine: { name: 'interpreter' }, isolate: 'caller' }],
  ['-engine translator,check=on', { engine: { name: 'translator', check: true } }],
  ['-engine check=off,threshold=1', { engine: { check: false, threshold: 1 } }],
  ['-engine translator,blocks=4,instructions=0x10', { engine: { name: 'translator', blocks: 4, instructions: 16 } }],
  [
    '-d exec -dfilter 0x7c00..0x7dff,4096+0x200,0x1ff-512',
    {
      log: ['exec'],
      logRanges: [
        { first: 0x7c00, last: 0x7dff },
        { first: 0x1000, last: 0x11ff },
        { first: 0, last: 0x1ff },
      ],
    },
  ],
  [
    '-fw_cfg opt/org.example/a,string=b -option-rom roms/é.rom -option-rom kernel.bin -fw_cfg name=opt/c,file=d',
    {
      firmwareFiles: {
        'opt/org.example/a': Uint8Array.of(0x62),
        'genroms/1--.rom': 'roms/é.rom',
        'genroms/2-kernel.bin': 'kernel.bin',
        'opt/c': 'd',
      },
    },
  ],
  ['-d int -d cpu_reset,unimp -D log', { log: ['int', 'cpu_reset', 'unimp'] }],
  ['--no-reboot', { reboot: 'exit' }],
  ['-cpu host', { cpu: 'max' }],
  ['-cpu host,-nx', { cpu: 'max,-nx' }],
])('%s', (line, machine) => {
  expect(parse(line).machine).toEqual(machine);
});

test.each([
  ['start -m 64', 'start'],
  ['demo', 'demo'],
  ['--help', 'help'],
  ['-h', 'help'],
  ['-version', 'version'],
  ['-cpu help', 'list-cpus'],
  ['-d help', 'list-log-items'],
  ['start -cpu ?', 'list-cpus'],
  ['-device help', 'list-devices'],
  ['-device isa-debug-exit,help', 'list-devices'],
  ['-machine help', 'list-machines'],
  ['-nic model=help', 'list-cards'],
  ['-nic user,model=?', 'list-cards'],
  ['-net nic,model=help', 'list-cards'],
  ['-accel help', 'list-accelerators'],
  ['', 'run'],
])('%s: the action', (line, action) => {
  expect(parse(line).action).toBe(action);
});

test.each([
  ['-frobnicate', 'unknown flag -frobnicate'],
  ['-nographics', 'unknown flag -nographics; similar: -nographic; --help'],
  ['-sd disk.img', '-sd is not supported: there is no such drive; -drive adds disks'],
  ['-enable-kvm', '-enable-kvm is not supported: guest code is always translated'],
  [
    '/machines/My.vmx',
    '/machines/My.vmx describes a machine of VMware; give its disks, by -hda FILE for example, or an',
  ],
  ['old.vbox', 'old.vbox describes a machine of VirtualBox; give its disks'],
  ['-xen-domid 3', '-xen-domid is not supported: there is no Xen below; -machine xen=on makes one for the guest'],
  ['-machine xenfv', "-machine: 'xenfv' is not supported: give -machine xen=on"],
  ['-M vmport=maybe', "-M: 'vmport=maybe' is not supported: the machine is a pc (i440FX)"],
  ['-device virtio-scsi-pci', "the device 'virtio-scsi-pci' is not supported; give -device pvscsi or lsi53c895a"],
  [
    '-device scsi-generic,drive=d',
    "the device 'scsi-generic' is not supported; the host's own devices are not for guests",
  ],
  ['-device qxl-vga', "the device 'qxl-vga' is not supported; give -vga std or -vga cirrus"],
  [
    '-device vmmouse',
    "a second 'vmmouse' cannot be added to what a machine has of that kind: leave it out; -machine vmport=off",
  ],
  ['-machine xen=on -device xen-disk', 'drive property not set; give -drive if=none,id=ID,file=FILE and drive=ID'],
  ['-device frob', "the device 'frob' is not supported; -device help lists those that are"],
  ['-virtfs local,path=.', 'what is the guest to mount it by? give mount_tag=TAG'],
  ['-virtfs local,path=.,mount_tag=t', 'give one of security_model=mapped-file, '],
  ['-virtfs local,path=.,mount_tag=t,security_model=mapped', 'needs extended attributes, which Node cannot read'],
  ['-virtfs local,mount_tag=t,security_model=none', 'which folder? give path=FOLDER'],
  ['-virtfs synth,mount_tag=t', "'synth' is not supported; give local,path=FOLDER"],
  ['-virtfs id=x', 'what is the folder shared by? give local,path=FOLDER'],
  ['-fsdev id=x,path=dir', 'what is the folder shared by? give local,path=FOLDER'],
  ['-fsdev local,path=.,security_model=none', 'the folder needs a name; give id=ID'],
  ['-device virtio-9p-pci,fsdev=f,mount_tag=t', "there is no folder 'f'; give -fsdev local,id=f,path=FOLDER"],
  ['-fsdev local,id=f,path=.,security_model=none -device virtio-9p-pci,fsdev=f', 'give mount_tag=TAG'],
  ['-display gtk', "-display: 'gtk' is not supported: there are no windows of its own; give web"],
  ['-nic tap', "-nic: the network 'tap' is not supported; give user, socket or hubport"],
  ['-nic user,model=tulip', "-nic: unknown model 'tulip'; it is one of: rtl8139, ne2k_pci"],
  ['-nic user,frob=1', "-nic: 'frob' is not supported for a user-mode network: it may have net, host, dns,"],
  ['-nic user,smb=/tmp', "-nic: 'smb' is not supported for a user-mode network: give -virtfs local,path=FOLDER"],
  ['-netdev user,id=n,smbserver=10.0.2.4', 'give -virtfs local,path=FOLDER'],
  ['-netdev user', '-netdev: a network needs a name; give id=ID'],
  ['-netdev user,id=a -netdev user,id=a', "-netdev: there is a network 'a' already"],
  ['-netdev hubport,id=a', '-netdev: a hubport needs the number of its hub; give hubid=N'],
  ['-net nic -net nic', '-net: -net nic is there twice; give -nic for each card'],
  [
    '-object rng-egd,id=r',
    "-object: the object 'rng-egd' is not supported; give filter-dump,netdev=ID,file=FILE, rng-random,id=ID, rng-builtin,id=ID, iothread,id=ID or memory-backend-ram,id=ID,size=SIZE",
  ],
  [
    '-object rng-random,id=r,filename=/dev/hwrng',
    "-object: 'filename=/dev/hwrng' is not supported: random numbers are the host's",
  ],
  ['-audio none,model=hda', "-audio: unknown model 'hda'"],
  ['-boot menu=maybe', "-boot: 'maybe' is neither on nor off; give menu=on"],
  ['-device virtserialport,name=x', '-device: there is no console device for the port; give -device virtio-serial-pci'],
  ['-device xen-console,idx=2', '-device: idx=2: the next console is number 0; give that, or leave it out'],
  ['-device ide-hd,drive=x', "-device: there is no drive 'x' that waits; give -drive if=none,id=x"],
  ['-drive a.img,if=none,id=x -drive b.img,if=none,id=x', "-drive: there is a drive with the name 'x' already"],
  [
    '-drive a.img,if=none,id=x -blockdev driver=raw,node-name=x,file.driver=file,file.filename=b.img',
    "-blockdev: there is a drive with the name 'x' already",
  ],
  ['-device ide-cd,bus=ide.2', "-device: there is no bus 'ide.2'; give bus=ide.0 or bus=ide.1"],
  ['-blockdev driver=qed', "-blockdev: the driver 'qed' is not supported; give one of raw, qcow2, vdi,"],
  [
    '-blockdev driver=qcow2,node-name=x,file=f',
    "-blockdev: there is no 'f' in front of 'driver=qcow2,node-name=x,file=f'",
  ],
  ['-blockdev {"driver":"raw"', `-blockdev: '{"driver":"raw"' is no JSON object`],
  [
    '-drive disk.img,if=sd',
    '-drive: if=sd is not there yet; give if=ide, if=virtio, if=scsi, if=xen, if=floppy or if=pflash',
  ],
  ['-drive disk.img,format=qed', '-drive: format=qed is not there yet; give format=raw or format=qcow2 or'],
  ['-drive disk.img,media=tape', '-drive: media=tape is not there yet; give media=disk or media=cdrom'],
  ['-drive if=virtio', '-drive: a hard disk needs an image; give file=FILE'],
  ['-drive file=', '-drive: the name of the image is empty; give the path of a file'],
  [
    '-drive if=nvme,file=a',
    'give if=ide, if=virtio, if=scsi, if=xen, if=floppy or if=pflash, or if=none,id=ID with -device nvme, usb-storage or (for SATA, with -device ahci,id=ahci) ide-hd,bus=ahci.0 and drive=ID',
  ],
  ['-drive id=n,file=a,if=none -device nvme,drive=n', '-device: nvme: serial property not set; give serial=TEXT'],
  ...['nvme,serial=a', 'virtio-blk-pci', 'ide-hd', 'qemu-xhci -device usb-storage'].map((device): [string, string] => [
    `-device ${device}`,
    '-device: drive property not set; give -drive if=none,id=ID,file=FILE and drive=ID',
  ]),
  [
    '-drive id=n,file=a,if=none -device nvme,serial=a,drive=n -device nvme,serial=b,drive=n',
    "-device: the drive 'n' is connected to a device already; give each -device a -drive of its own, with if=none",
  ],
  ['-drive id=n,file=a -device nvme,serial=a,drive=n', "-device: the drive 'n' is connected to a device already"],
  ['-device nvme,serial=a,drive=n', "-device: there is no drive 'n' that waits; give -drive if=none,id=n,file=FILE"],
  ['-drive id=n,file=a,if=none -device nvme,drive=n,serial=a,mdts=3', "-device: 'mdts' is not supported in 'nvme,"],
  [
    '-drive x.img,bps=5,bps_rd=5',
    '-drive: bps/iops/max total values and read/write values cannot be used at the same time',
  ],
  ['-drive x.img,iops=fast', "-drive: 'fast' is not a whole number; give iops=N"],
  ['-limits slack=2000', '-limits: limits.slack is 2000; it must be a whole number from 0 to 1000'],
  ['-limits processor=101', '-limits: limits.processor is 101; it must be a number from 1 to 100'],
  ['-trace nix', "-trace: there is no trace event 'nix'; there are cpu_in"],
  ['-limits days=5', "-limits: there is no limit 'days'"],
  ['-drive format=raw', '-drive: a hard disk needs an image; give file=FILE'],
  ['-m 64 disk', "unexpected argument 'disk'; there is no such file"],
  [
    'strat',
    "unknown command 'strat'; similar: start; there are start, demo, container, debian, image, inspect, profile, ps, pack, completion, help",
  ],
  ['-m 20000g', '-m: 20480000 MB of memory is too much; at most 2047 MB'],
  ['-boot z', "-boot: the boot order 'z' (bootOrder.order) is none; its letters are"],
  ['-boot order=cc', "-boot: the boot order 'cc' (bootOrder.order) has 'c' twice"],
  ['-kernel -m 64', "-kernel needs an argument, FILE, and '-m' is a flag"],
  ['-initrd --cdrom x', "-initrd needs an argument, FILE, and '--cdrom' is a flag"],
  ['-m 64 start', "unexpected argument 'start'; it goes before the flags"],
  ['-kernel', '-kernel needs an argument: FILE'],
  ['-device usb-tablet', 'there is no USB controller for usb-tablet; give -usb or -device qemu-xhci before it'],
  [
    '-drive x.img,werror=stop',
    '-drive: werror=stop is not there yet: what fails at the host is an error for the guest',
  ],
  ['-drive x.img,readonly=maybe', "-drive: 'maybe' is neither on nor off; give readonly=on"],
  ['-device ide-hd,drive=h', "-device: there is no drive 'h' that waits; give -drive if=none,id=h,file=FILE"],
  ['-device virtio-rng-pci,rng=r', '-device: there is no -object with id=r; give -object rng-random,id=r'],
  ['-usbdevice hub', "'hub' is not there; it is one of: tablet, mouse, keyboard"],
  ['-device tulip', "-device: the device 'tulip' is not supported"],
  ['-device isa-debug-exit,irq=3', "-device: 'irq' is not supported"],
  ['-device isa-debug-exit,iobase=x', "-device: 'x' is not a whole number; give iobase=N"],
  ['-device isa-debug-exit,iosize=', "-device: '' is not a whole number; give iosize=N"],
  ['-d out_asm', "-d: unknown log item 'out_asm'; it is one of: in_asm, exec, cpu, fpu, mmu"],
  ['-fw_cfg opt/a', "-fw_cfg: 'opt/a' has no content; give file=FILE or string=TEXT"],
  ['-fw_cfg opt/a,string=b,file=c', "-fw_cfg: 'opt/a,string=b,file=c' has two contents; give file=FILE or string=TEXT"],
  ['-fw_cfg a,string=b -fw_cfg a,string=c', "-fw_cfg: there is a firmware file 'a' already"],
  ['-fw_cfg a,file=', "-fw_cfg: 'a,file=' names no file; give file=FILE"],
  ['-dfilter 0x100', "-dfilter: '0x100' is no range; give FIRST..LAST, FIRST+BYTES or LAST-BYTES"],
  ['-dfilter 0x7c00-0x7dff', "-dfilter: '0x7c00-0x7dff' is no range within 32 bits; give FIRST..LAST"],
  ['-dfilter 10..5', "-dfilter: '10..5' is no range within 32 bits"],
  ['-dfilter 076000+512', "-dfilter: '076000+512' is no range; give"],
  [
    '-icount rr=record,rrfile=r',
    "-icount: 'rr=record,rrfile=r' has no time of an instruction; give shift=N, 2^N ns each",
  ],
  ['-icount auto', "-icount: 'auto' is not a whole number; give shift=N"],
  ['-icount 11', '-icount: icount.shift is 11; it must be a whole number from 0 to 10'],
  ['-isolate moon', "-isolate: unknown isolate 'moon'; it is one of: worker, caller"],
  ['-engine translator,check=maybe', "-engine: 'maybe' is neither on nor off; give check=on"],
  ['-engine translator,threshold=soon', "-engine: 'soon' is not a whole number; give threshold=N"],
  ['-engine translator,speed=9', "-engine: 'speed' is not supported in 'translator,speed=9'"],
  ['-cpu core2,', '-cpu: there is a trailing comma'],
  ['-cpu 8086', "-cpu: unknown model '8086'; there are: 486, pentium"],
])('%s is refused', (line, message) => {
  expect(() => parse(line)).toThrow(message);
});

/** As they stand in command lines that were written for QEMU. */
test.each([
  '-smp 1',
  '-smp cpus=1,cores=1,threads=1,sockets=1,maxcpus=1',
  '-net none -nic none',
  '-no-user-config -overcommit mem-lock=off -sandbox off',
])('%s asks for what is so anyway', (line) => {
  expect(parse(`${line} -kernel K`)).toEqual(parse('-kernel K'));
});

test('flags of QEMU are taken, or refused with a reason, but not both', () => {
  const taken = flags.flatMap(({ names }) => names);
  expect(taken.filter((name) => missingFlags.has(name))).toEqual([]);
  expect(new Set(taken).size).toBe(taken.length);
});

test('a device that there is, is not called missing', () => {
  expect([...missingDevices.keys()].filter((name) => deviceModel(name) !== undefined)).toEqual([]);
});

describe('the real-time clock', () => {
  const now = new Date('2026-03-01T20:00:00Z');
  const shown = (line: string) => {
    vi.useFakeTimers({ now });
    vi.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(-330);
    return parse(line).startTime?.().toISOString();
  };
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  test.each([
    ['-rtc clock=vm', '2026-03-01T20:00:00.000Z'],
    ['-rtc base=utc,clock=host', '2026-03-01T20:00:00.000Z'],
    ['-rtc base=localtime', '2026-03-02T01:30:00.000Z'],
    ['-rtc base=2006-06-17', '2006-06-17T00:00:00.000Z'],
    ['-rtc 2006-06-17T16:01:21', '2006-06-17T16:01:21.000Z'],
  ])('%s', (line, time) => {
    expect(shown(line)).toBe(time);
  });
});

/** QEMU makes devices after all else. */
test.each([
  ['-device virtio-blk,drive=h', '-drive if=none,id=h,file=h.img'],
  ['-device usb-storage,drive=h', '-usb -drive if=none,id=h,file=h.img'],
  ['-device nvme,drive=h,serial=a', '-drive if=none,id=h,file=h.img'],
  ['-device usb-tablet', '-usb'],
  ['-device usb-kbd', '-machine usb=on'],
  ['-device virtio-9p,fsdev=f,mount_tag=t', '-fsdev local,id=f,path=p,security_model=none'],
  ['-device VGA,romfile=R', '-vga none'],
])('%s may stand before %s', (device, others) => {
  expect(parse(`${device} ${others}`)).toEqual(parse(`${others} ${device}`));
});

test('devices keep their order, and come after drives that have a place of their own', () => {
  const line = '-device ide-hd,drive=x -device ide-cd a.img -drive if=none,id=x,file=x.img';
  expect(parse(line).machine.drives).toEqual([
    { image: 'a.img' },
    { id: 'x', image: 'x.img', media: 'disk' },
    { media: 'cdrom' },
  ]);
});

test('a switch may be its name alone', () => {
  expect(parse('-drive a,media=cdrom,readonly -drive b,snapshot,rerror=report,werror=report').machine.drives).toEqual([
    { image: 'a', media: 'cdrom', readOnly: true },
    { image: 'b', snapshot: true },
  ]);
});
