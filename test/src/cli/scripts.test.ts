import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';

const parse = (line: string) => parseArguments(line.split(' ')).machine;
const disk = '-drive if=none,id=d,file=a';

// Command lines as QEMU takes them, and scripts have them: properties that ask for what is so anyway.
test.each([
  `${disk} -device virtio-blk-pci,drive=d,disable-legacy=off,disable-modern=off,num-queues=1,scsi=off`,
  `${disk} -device ide-hd,drive=d,write-cache=on,logical_block_size=512`,
  `${disk} -usb -device usb-storage,drive=d,removable=off`,
  `${disk} -object iothread,id=io1 -device virtio-blk,drive=d,iothread=io1`,
  `${disk} -device floppy,drive=d,drive-type=144`,
  '-netdev user,id=n -device virtio-net,netdev=n,mq=off,csum=on',
  '-netdev user,id=n -device rtl8139,netdev=n,multifunction=off,addr=0x5.0',
  '-netdev user,id=n -device ne2k_isa,netdev=n,iobase=0x300,irq=9',
  '-device VGA,vgamem_mb=16',
  '-icount shift=7,sleep=on,align=off',
])('%s', (line) => {
  expect(() => parse(line)).not.toThrow();
});

test.each([
  ['file.filename=a,format=raw', { image: 'a', format: 'raw' }],
  ['driver=raw,file.driver=file,file.filename=a,read-only=on', { image: 'a', format: 'raw', readOnly: true }],
])('-drive %s', (text, drive) => {
  expect(parse(`-drive ${text}`).drives).toEqual([drive]);
});

test.each([
  [
    `${disk} -device virtio-blk-pci,drive=d,num-queues=4`,
    'num-queues=4 is not supported for virtio-blk-pci: it has one queue',
  ],
  [`${disk} -device ide-hd,drive=d,physical_block_size=4096`, 'sectors have 512 bytes; leave it out'],
  [`${disk} -device ide-hd,drive=d,disable-legacy=off`, "'disable-legacy' is not supported"],
  ['-device edu,multifunction=on', 'each device is a function of a slot of its own; leave it out'],
  ['-device VGA,vgamem_mb=32', 'vgamem_mb=32 is not supported for VGA: the adapter has 16 MB of memory'],
  [
    '-drive file.driver=nbd,file.filename=a',
    'file.driver=nbd is not supported: images are in files; give file.driver=file',
  ],
  ['-icount shift=7,sleep=off', 'sleep=off is not there'],
  ['-icount shift=7,align=on', 'align=on is not there'],
])('%s is refused', (line, message) => {
  expect(() => parse(line)).toThrow(message);
});
