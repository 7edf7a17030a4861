/** Where QEMU 7.2 is not followed: names of cases, and why. */
export const disagreements: readonly (readonly [cases: RegExp, reason: string])[] = [
  [
    /^signature/,
    'QEMU says DF in the status of a signature; it is 50h of a disk and 00h of a CD-ROM drive (ATA8-ACS, 9.12)',
  ],
  [/^where nothing is$/, 'QEMU makes up a signature where the link is down; PxTFD is 7Fh then (AHCI 1.3.1, 3.3.8)'],
  [
    /^identify/,
    'the drives have other commands and speeds; the status before a block has DSC, as at the IDE, and E_STATUS is the one after it (Serial ATA 2.6, 10.3.11)',
  ],
  [
    /^read by programmed I\/O$/,
    'QEMU sends registers after the last block, too; a PIO read ends with the E_STATUS of its PIO setup (Serial ATA 2.6, PIO data-in)',
  ],
  [
    /^a queued/,
    'QEMU leaves the error of the signature; a command without error has none. PxCMD tells the slot (AHCI 1.3.1, 3.3.7)',
  ],
];
