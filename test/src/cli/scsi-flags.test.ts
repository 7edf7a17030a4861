import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';

const machineOf = (line: string) => parseArguments(line.split(' ')).machine;
const disk = (id: string) => `-drive if=none,id=${id},file=${id}.img`;

test('drives at a controller: its bus by its name, the next free target or one that is named', () => {
  const line = `-device pvscsi,id=scsi0 ${disk('a')} ${disk('b')} ${disk('c')} -device scsi-hd,drive=a,bus=scsi0.0,scsi-id=1,serial=x`;
  const { scsiControllers, drives } = machineOf(
    `${line} -device scsi-hd,drive=b,id=second -device scsi-cd,drive=c -device scsi-cd,scsi-id=9`,
  );
  expect(scsiControllers).toEqual([{ model: 'pvscsi', id: 'scsi0' }]);
  expect(drives).toMatchObject([
    { interface: 'scsi', index: 1, media: 'disk', image: 'a.img', serial: 'x' },
    { interface: 'scsi', index: 0, media: 'disk', image: 'b.img', device: 'second' },
    { interface: 'scsi', index: 2, media: 'cdrom', image: 'c.img' },
    { interface: 'scsi', index: 9, media: 'cdrom' },
  ]);
});

test('each controller has its own targets', () => {
  const line = `-device mptsas1068 -device lsi,id=old ${disk('a')} ${disk('b')} ${disk('c')}`;
  const { scsiControllers, drives } = machineOf(
    `${line} -device scsi-hd,drive=a -device scsi-hd,drive=b,bus=old.0 -device scsi-cd,drive=c,bus=scsi.0,scsi-id=7`,
  );
  expect(scsiControllers).toEqual([{ model: 'mptsas1068' }, { model: 'lsi53c895a', id: 'old' }]);
  expect(drives?.map((drive) => (drive as { index: number }).index)).toEqual([0, 16, 7]);
});

test('-drive if=scsi needs no controller', () => {
  expect(
    machineOf('-drive if=scsi,file=a.img -drive if=scsi,bus=0,unit=4,media=cdrom,file=b.iso').drives,
  ).toMatchObject([
    { interface: 'scsi', image: 'a.img' },
    { interface: 'scsi', index: 4, media: 'cdrom' },
  ]);
});

test.each([
  [`${disk('a')} -device scsi-hd,drive=a`, "No 'SCSI' bus found for device 'scsi-hd'; give -device pvscsi before it"],
  ['-device pvscsi -device scsi-cd,bus=scsi0.0', "Bus 'scsi0.0' not found; give bus=scsi.0"],
  ['-device pvscsi -device scsi-cd,scsi-id=16', 'bad scsi device id: 16; give one from 0 to 15'],
  ['-device lsi -device scsi-cd,scsi-id=7', 'bad scsi device id: 7; give one from 0 to 6'],
  ['-device mptsas1068 -device scsi-cd,scsi-id=8', 'bad scsi device id: 8; give one from 0 to 7'],
  ['-device mptsas1068 -device scsi-cd,scsi-id=x', "'x' is not a whole number; give scsi-id=N"],
  ['-device mptsas1068,msi=off', "'msi' is not supported in 'mptsas1068,msi=off': it may have id"],
  ['-device mptsas1068,sas_address=1', "'sas_address' is not supported"],
  ['-device pvscsi -device scsi-cd,lun=1', 'lun=1 is not there: each target has one unit'],
  [
    `-device mptsas1068 ${Array.from({ length: 9 }, () => '-device scsi-cd').join(' ')}`,
    'bad scsi device id: 8; give one from 0 to 7',
  ],
  ['-device mptsas1068 -device mptsas1068', 'there is one mptsas1068 controller; leave the second'],
  ['-device pvscsi -device pvscsi', 'there is one pvscsi controller; leave the second -device pvscsi out'],
])('%s is refused', (line, message) => {
  expect(() => parseArguments(line.split(' '))).toThrow(message);
});
