/** Where QEMU 7.2 is not followed: names of cases, and why (ATA/ATAPI-6 and MMC-3 by section). */
export const disagreements: readonly (readonly [cases: RegExp, reason: string])[] = [
  [/^power on$/, 'QEMU leaves the result of the diagnosis out, and calls a CD ready (ATA/ATAPI-6, 9.12)'],
  [/^device reset$/, 'QEMU leaves the result of the diagnosis out (ATA/ATAPI-6, 8.9)'],
  [/^soft reset$/, 'a drive is busy as long as the reset lasts (ATA/ATAPI-6, 9.2)'],
  [/^(disk|CD|inquiry.*)$/, 'the drives have other names, revisions and commands'],
  [
    /beyond the end$/,
    'sectors before the end are moved, the rest is IDNF (ATA/ATAPI-6, 7.9), or sense of its form; QEMU aborts, or counts ahead, or does not check',
  ],
  [/^verify$/, 'QEMU does nothing; the registers say how far it came, as for other commands'],
  [/^power$/, 'DSC stays set: only SEEK clears it'],
  [
    /^(an unknown packet|a saved mode page|eject, not ready)$/,
    'QEMU calls the information field of the sense valid (SPC-2, 7.20.2)',
  ],
  [/^contents/, 'QEMU allows copies of the lead-out: its control field is that of the track (MMC-3, 6.25.3)'],
  [/^sessions/, 'QEMU leaves the control field out, or looks for the format only where SFF-8020i had it (MMC-3, 6.25)'],
  [/^raw contents$/, 'they are always in minutes, seconds and frames (MMC-3, 6.25.3)'],
  [/^mode page/, 'QEMU always says that there is no medium; page 2A is longer in later standards'],
  [/^configuration$/, 'QEMU has fewer features'],
  [/^event/, 'the length is that of all that follows it (MMC-3, 6.7.1.3)'],
  [/^lock/, 'the sense of a locked tray is 05/53/02 (MMC-3, annex A)'],
];
