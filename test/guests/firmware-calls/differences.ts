/** Where our BIOS answers otherwise than SeaBIOS, and why. */
interface Difference {
  readonly why: string;
  readonly answer: RegExp;
}

/** The beginning of an answer: EAX to EDI, DS and ES are 0x3000. */
const answer = (text: string): RegExp => new RegExp(`^${text}`);

/** Differences of calls to a disk of any kind. */
const ofAllDisks: Readonly<Record<string, Difference>> = {
  '13h status after failure': { why: 'AL has the status too, as in the PC/AT', answer: answer('00000101 .* 41$') },
  '13h extended read beyond the end': {
    why: 'the drive is not asked: a bad parameter, and no sector was read',
    answer: answer('00000100 .* 41 10000000'),
  },
  '13h extended read, short packet': { why: 'a packet has 16 bytes at least', answer: answer('00000100 .* 41') },
};

/** By the name of the call, which a disk at the IDE makes. */
export const differences: Readonly<Record<string, Difference>> = {
  ...ofAllDisks,
  '13h parameters v2': { why: 'the table of the drive is elsewhere', answer: answer('00000000 .* 40 1e00.*....c09f') },
  '13h parameters v3': {
    why: 'the size is that of all that was filled in',
    answer: answer('00000000 .* 40 4a00.*ddbe2c0000005043492041544120'),
  },
  '13h CD parameters': {
    why: 'the interface is ATAPI, not ATA',
    answer: answer('00000000 .* 40 4a00.*4154415049202020'),
  },
  '13h floppy read sector 19': {
    why: 'the drive is asked, as disks with more sectors than usual exist',
    answer: answer('00000400 .* 41'),
  },
  '13h floppy status': { why: 'see above; AL has the status too', answer: answer('00000404 .* 41') },
  '13h floppy parameters': {
    why: 'the parameter table is elsewhere',
    answer: answer('00000000 00000004 00004f12 00000101 00000000 0000.... f000 3000 40'),
  },
  '13h floppy media type': {
    why: 'the function is there',
    answer: answer('00000000 00000000 00004f12 00000000 00000000 0000.... f000 3000 40'),
  },
  '11h equipment': { why: 'four serial ports; parallel ports are left out here', answer: answer('0000[048c]807 ') },
  '15h device open': { why: 'nothing to be done, as in the PC/AT', answer: answer('00000000 .* 40') },
  '15h system key': { why: 'nothing to be done, as in the PC/AT', answer: answer('00000000 .* 40') },
  '14h no port': { why: 'there is a fourth port', answer: answer('0000..b0 ') },
  '17h status': { why: 'whether there is a parallel port is not compared here', answer: /./ },
  '17h initialize': { why: 'whether there is a parallel port is not compared here', answer: /./ },
  '17h no port': { why: 'CF means nothing in this service', answer: answer('00000200 .* 40$') },
  '1Ah unknown': { why: 'AH tells that there is no such function', answer: answer('00008600 .* 41') },
  '1Ah PCI present': {
    why: 'the entry for protected mode is elsewhere',
    answer: answer('00000001 00000210 00000000 20494350 00000000 000f.... 3000 3000 40'),
  },
  '1Ah PCI find, bad vendor': { why: 'PCI BIOS 2.1: BAD_VENDOR_ID', answer: answer('00008302 .* 41') },
  '1Ah PCI read, bad register': { why: 'PCI BIOS 2.1: BAD_REGISTER_NUMBER', answer: answer('00008708 .* 41') },
  '1Ah PCI IDE command': {
    why: 'the controller may master the bus, for systems that take that for granted; it has no memory',
    answer: answer('00000009 00000009 00000005 '),
  },
};

/** Differences of calls to a virtio disk. */
export const virtioDifferences: Readonly<Record<string, Difference>> = {
  ...ofAllDisks,
  '13h parameters v3': {
    why: 'the size is that of all that was filled in, with the byte before the checksum',
    answer: answer('00000000 .* 40 4a00.*ffffffffddbe2c000000504349205343534920202020000200(?:00){22}89cccc'),
  },
};

/** Differences of calls to a USB disk. */
export const usbDifferences: Readonly<Record<string, Difference>> = ofAllDisks;

/** Differences of calls to a SATA disk. */
export const sataDifferences: Readonly<Record<string, Difference>> = ofAllDisks;

/** Differences of calls to an NVMe disk. */
export const nvmeDifferences: Readonly<Record<string, Difference>> = ofAllDisks;
