/** I/O ports and registers of the chips of a PC with an i440FX and a PIIX3. */
export const ports = `
PIC1            equ 0x20
PIC2            equ 0xA0
PIC_EOI         equ 0x20
PIT             equ 0x40
KEYBOARD_DATA   equ 0x60
KEYBOARD_STATUS equ 0x64
PORT_B          equ 0x61
CMOS            equ 0x70
POST_CODE       equ 0x80
PORT_92         equ 0x92
DEBUG_CONSOLE   equ 0x402
FW_CFG          equ 0x510
PCI_ADDRESS     equ 0xCF8
PCI_DATA        equ 0xCFC
ELCR            equ 0x4D0

; CMOS
CMOS_SECOND     equ 0x00
CMOS_MINUTE     equ 0x02
CMOS_HOUR       equ 0x04
CMOS_DAY        equ 0x07
CMOS_MONTH      equ 0x08
CMOS_YEAR       equ 0x09
CMOS_STATUS_A   equ 0x0A
CMOS_STATUS_B   equ 0x0B
CMOS_STATUS_C   equ 0x0C
CMOS_STATUS_D   equ 0x0D
CMOS_SHUTDOWN   equ 0x0F
CMOS_FLOPPIES   equ 0x10
CMOS_EQUIPMENT  equ 0x14
CMOS_ABOVE_1MB  equ 0x30        ; word: KB
CMOS_CENTURY    equ 0x32
CMOS_ABOVE_16MB equ 0x34        ; word: 64 KB
CMOS_BOOT_THIRD equ 0x38        ; bits 4-7: third boot device; bit 0: floppies need no signature
CMOS_TRANSLATION equ 0x39       ; 2 bits a disk
CMOS_BOOT_FIRST equ 0x3D        ; bits 0-3: first boot device, bits 4-7: second
CMOS_ABOVE_4GB  equ 0x5B        ; 3 bytes: 64 KB
CMOS_PROCESSORS equ 0x5F        ; besides the first one

; Power management of the PIIX4, function 3 of device 1
POWER_STATUS    equ POWER_BASE
POWER_CONTROL   equ POWER_BASE + 4
POWER_TIMER     equ POWER_BASE + 8
POWER_TIMER_KHZ equ 3580
SLEEP_S5        equ 0x2000
`;
