/**
 * Where the firmware keeps its variables: the BIOS data area at 0040:0000 (IBM PC/AT Technical Reference), and the
 * extended one, whose segment is at 0040:000E. And how registers of the caller lie on the stack.
 */
export const layout = `
BIOS_SEGMENT    equ 0xF000
BDA_SEGMENT     equ 0x40
STACK_TOP       equ 0x7000      ; during POST and while a boot sector is read, in segment 0
BOOT_SECTOR     equ 0x7C00
SCRATCH_BYTES   equ 0x1000
SCRATCH_SEGMENT equ 0x0800      ; 4 KB that POST and the boot use: IDENTIFY, sectors of a CD

; BIOS data area
BDA_SERIAL      equ 0x00        ; 4 words: ports of COM1-4
BDA_PARALLEL    equ 0x08        ; 3 words: ports of LPT1-3
BDA_EBDA        equ 0x0E
BDA_EQUIPMENT   equ 0x10
BDA_MEMORY      equ 0x13        ; conventional memory in KB
BDA_SHIFT       equ 0x17        ; state of the shift keys
BDA_SHIFT_DOWN  equ 0x18        ; which of them are held down
BDA_ALT_NUMBER  equ 0x19        ; character typed on the keypad with Alt
BDA_KEY_HEAD    equ 0x1A
BDA_KEY_TAIL    equ 0x1C
BDA_KEYS        equ 0x1E        ; 16 words
BDA_KEYS_END    equ 0x3E
BDA_RECALIBRATED equ 0x3E       ; bit of each floppy drive whose place is known; bit 7: the controller has interrupted
BDA_MOTORS      equ 0x3F
BDA_MOTOR_TICKS equ 0x40        ; until the motors are turned off
BDA_FLOPPY_STATUS equ 0x41
BDA_FLOPPY_RESULT equ 0x42      ; 7 bytes
BDA_RESUME      equ 0x67        ; far pointer for shutdown codes 5 and 0Ah
BDA_TICKS       equ 0x6C        ; dword, 18.2 a second
BDA_MIDNIGHT    equ 0x70
BDA_BREAK       equ 0x71
BDA_WARM_BOOT   equ 0x72
BDA_DISK_STATUS equ 0x74
BDA_DISKS       equ 0x75
BDA_DISK_CONTROL equ 0x76       ; no retries, as disks do them themselves
BDA_PARALLEL_TIMEOUT equ 0x78
BDA_SERIAL_TIMEOUT equ 0x7C
BDA_KEYS_FIRST  equ 0x80        ; offsets of the keyboard buffer and of its end
BDA_KEYS_LAST   equ 0x82
BDA_FLOPPY_RATE equ 0x8B
BDA_DISK_EVENT  equ 0x8E        ; FFh after an interrupt of the disk controller
BDA_FLOPPY_INFO equ 0x8F
BDA_FLOPPY_MEDIA equ 0x90       ; 2 bytes
BDA_FLOPPY_TRACK equ 0x94       ; 2 bytes
BDA_KEYBOARD    equ 0x96        ; prefixes that came, right Ctrl and Alt, kind of keyboard
BDA_LEDS        equ 0x97
BDA_WAIT_FLAG   equ 0x98        ; far pointer to the byte that is set when the wait is over
BDA_WAIT_TIME   equ 0x9C        ; dword, microseconds
BDA_WAIT_ACTIVE equ 0xA0

; Extended BIOS data area: 1 KB at 9FC00h
EBDA_SEGMENT    equ 0x9FC0
EBDA_KILOBYTES  equ 1
LOW_MEMORY_KILOBYTES equ 640 - EBDA_KILOBYTES
EBDA_SIZE       equ 0x00
EBDA_CONSOLE    equ 0x04        ; byte: whether a terminal at COM1 shows what INT 10h does
EBDA_CONSOLE_ATTRIBUTE equ 0x05 ; byte: what was sent there last
EBDA_CONSOLE_PLACE equ 0x06     ; bytes: column and row of its cursor
EBDA_CONSOLE_NEXT equ 0x08      ; far pointer: INT 10h without it
EBDA_CONSOLE_ESCAPE equ 0x0C    ; byte: what came of a key's sequence
EBDA_CONSOLE_NUMBER equ 0x0E    ; word: its number
EBDA_MOUSE_HANDLER equ 0x22     ; far pointer
EBDA_MOUSE_STATE equ 0x26       ; bits 0-2: bytes received of a packet
EBDA_MOUSE_SIZE equ 0x27        ; bits 0-2: bytes of a packet less 1; bit 7: there is a handler
EBDA_MOUSE_DATA equ 0x28        ; 8 bytes
EBDA_DISK_TABLE equ 0x3D        ; 2 fixed disk parameter tables of 16 bytes
EBDA_MEMORY_TOP equ 0x60        ; dword: end of RAM below 4 GB
EBDA_MEMORY_HIGH equ 0x64       ; dword: RAM from 4 GB on, in units of 64 KB
EBDA_TIMER_LAST equ 0x68        ; dword: ACPI timer when it was last looked at
EBDA_TIMER_LEFT equ 0x6C        ; dword: ticks of it until the deadline
EBDA_PAM        equ 0x70        ; 7 bytes: what the PAM registers are set to after POST
EBDA_FLAGS      equ 0x77        ; Flags below
EBDA_PS2_CONTROL equ 0x7A       ; byte: the keyboard controller's command byte
EBDA_PCI_IO     equ 0x78        ; word: next free I/O port for PCI
EBDA_PCI_MEMORY equ 0x7C        ; dword: where PCI memory that is taken begins
EBDA_DISK_MAP   equ 0x80        ; words: descriptors of 80h-8Fh; 0: none
EBDA_CD_MAP     equ EBDA_DISK_MAP + 2 * DRIVE_PLACES ; words: descriptors of E0h-E3h
EBDA_REQUEST    equ EBDA_CD_MAP + 2 * IDE_PLACES   ; what disk code works on, see REQUEST_
EBDA_PACKET     equ EBDA_REQUEST + REQUEST_BYTES   ; 12 bytes: ATAPI command
EBDA_EMULATION  equ EBDA_PACKET + 12               ; 20 bytes: El Torito, see EMULATION_
EBDA_BOOT_LIST  equ EBDA_EMULATION + 20            ; 16 words: kind and number of what is tried, in its order
EBDA_BOOT_COUNT equ EBDA_BOOT_LIST + 2 * BOOT_MOST ; byte: how many there are
EBDA_BOOT_NEXT  equ EBDA_BOOT_COUNT + 1            ; byte: index of the next one
EBDA_DRIVE_TABLE equ EBDA_BOOT_NEXT + 1            ; 16 bytes: device parameter table of the last call of 48h
EBDA_BOOT_MENU  equ EBDA_DRIVE_TABLE + 16          ; byte: whether F12 is waited for
EBDA_RAM_END    equ EBDA_BOOT_MENU + 2             ; dword: end of RAM below 4 GB, without what tables have taken
EBDA_RING       equ EBDA_RAM_END + 4               ; word: segment of the virtqueue; 0: no drive needs it
EBDA_RING_DRIVE equ EBDA_RING + 2                  ; word: descriptor of the drive that has it; 0: none
EBDA_RING_AVAILABLE equ EBDA_RING_DRIVE + 2        ; words: offsets of the driver area and of the device area
EBDA_RING_USED  equ EBDA_RING_AVAILABLE + 2
EBDA_USB        equ EBDA_RING_USED + 2             ; word: segment of what the USB works on; 0: no drive needs it
EBDA_AHCI       equ EBDA_USB + 2                   ; word: segment of the list of SATA drives; 0: there are none
EBDA_NVME       equ EBDA_AHCI + 2                  ; word: segment of what NVMe disks share; 0: no drive needs it
EBDA_NVME_DRIVE equ EBDA_NVME + 2                  ; word: descriptor of the drive that has it
EBDA_EMULATED   equ EBDA_NVME_DRIVE + 2            ; descriptor of the emulated drive
; Last, those of virtio, NVMe and USB disks at the end: a stack from 9000:FFFE down, as many boot sectors have it, reaches into them first.
EBDA_DRIVES     equ EBDA_EMULATED + DRIVE_BYTES    ; DRIVE_PLACES drive descriptors
EBDA_DRIVES_END equ EBDA_DRIVES + DRIVE_PLACES * DRIVE_BYTES

BOOT_MOST       equ 16
IDE_PLACES      equ 4           ; two channels of two drives
DRIVE_PLACES    equ 16          ; then virtio disks, NVMe disks, USB disks

; EBDA_FLAGS
FLAG_MOUSE      equ 0x01        ; a mouse answered
FLAG_FW_CFG     equ 0x02        ; QEMU's configuration device is there

; Drive descriptors
DRIVE_BYTES     equ 40
DRIVE_KIND      equ 0           ; byte
DRIVE_SELECT    equ 1           ; byte: A0h or B0h at the IDE. Of an NVMe disk: most sectors of a command
DRIVE_PORT      equ 2           ; word: command block, or the ports of a virtio function or of a USB or AHCI controller. Of an NVMe disk a dword: the address of the registers
DRIVE_CONTROL   equ 4           ; word: control port
DRIVE_FLAGS     equ 6           ; byte
DRIVE_INDEX     equ 7           ; byte: its place, IDE drives first
DRIVE_CYLINDERS equ 8           ; word: logical geometry, as INT 13h shows it
DRIVE_HEADS     equ 10          ; word
DRIVE_SECTORS   equ 12          ; word: of a track
DRIVE_SECTOR_BYTES equ 14       ; word
DRIVE_TOTAL     equ 16          ; qword: sectors
DRIVE_OWN_CYLINDERS equ 24      ; word: the geometry that the drive reports
DRIVE_OWN_HEADS equ 26          ; word
DRIVE_OWN_SECTORS equ 28        ; word
DRIVE_TRANSLATION equ 30        ; byte: 0 none, 1 LBA, 2 large, 3 R-ECHS
DRIVE_LOCKS     equ 31          ; byte: how often the medium was locked
DRIVE_PCI       equ 34          ; word: bus and function
; Of a USB disk. DRIVE_SELECT: its address on the bus
DRIVE_USB_PACKET0 equ 4         ; byte: most bytes in a packet, of endpoint 0
DRIVE_USB_INTERFACE equ 32      ; byte: number of the interface
DRIVE_USB_PACKET equ 33         ; byte: most bytes in a packet, of the two endpoints for data
DRIVE_USB_IN    equ 36          ; bytes: numbers of these endpoints; bit 7: data toggle of the next packet
DRIVE_USB_OUT   equ 37
DRIVE_USB_PORT  equ 38          ; byte: of the controller, from 1 on

; DRIVE_KIND
KIND_NONE       equ 0
KIND_ATA        equ 1
KIND_ATAPI      equ 2
KIND_EMULATED   equ 3
KIND_VIRTIO     equ 4
KIND_USB        equ 5
KIND_NVME       equ 6

; DRIVE_FLAGS
DRIVE_HAS_LBA   equ 1
DRIVE_HAS_LBA48 equ 2
DRIVE_REMOVABLE equ 4
DRIVE_IS_SATA   equ 8           ; KIND_ATA or KIND_ATAPI, at an AHCI controller. DRIVE_SELECT: its port

; A request to a drive
REQUEST_BYTES   equ 36
REQUEST_LBA     equ EBDA_REQUEST        ; qword
REQUEST_COUNT   equ EBDA_REQUEST + 8    ; word: sectors that are left
REQUEST_BUFFER  equ EBDA_REQUEST + 10   ; far pointer
REQUEST_COMMAND equ EBDA_REQUEST + 14   ; byte: OPERATION_
REQUEST_DONE    equ EBDA_REQUEST + 16   ; word: sectors that are done
REQUEST_SKIP    equ EBDA_REQUEST + 18   ; word: bytes of a CD's sectors to drop before those that are wanted
REQUEST_WANTED  equ EBDA_REQUEST + 20   ; dword: bytes that are wanted
REQUEST_ROOM    equ EBDA_REQUEST + 24   ; word: segment of memory of the BIOS that sectors can go by
REQUEST_ROOM_SECTORS equ EBDA_REQUEST + 26 ; word: how many
REQUEST_MOST    equ EBDA_REQUEST + 28   ; word: most sectors at a time
REQUEST_ADDRESS equ EBDA_REQUEST + 32   ; dword: where the device moves them
OPERATION_READ  equ 0
OPERATION_WRITE equ 1
OPERATION_VERIFY equ 2

; El Torito emulation
EMULATION_ACTIVE equ EBDA_EMULATION     ; byte
EMULATION_MEDIA equ EBDA_EMULATION + 1  ; byte: of the catalogue's entry
EMULATION_DRIVE equ EBDA_EMULATION + 2  ; byte: BIOS number
EMULATION_DEVICE equ EBDA_EMULATION + 3 ; byte: index of the CD drive
EMULATION_LBA   equ EBDA_EMULATION + 4  ; dword: where the image begins, in sectors of 2 KB
EMULATION_SPECIFICATION equ EBDA_EMULATION + 8 ; word
EMULATION_SEGMENT equ EBDA_EMULATION + 10 ; word: where the boot sectors are loaded
EMULATION_COUNT equ EBDA_EMULATION + 12 ; word: how many
EMULATION_SOURCE equ EBDA_EMULATION + 14 ; word: descriptor of the CD drive

; The caller's registers on the stack, from BP on
FRAME_DI        equ 0
FRAME_SI        equ 4
FRAME_BP        equ 8
FRAME_BX        equ 16
FRAME_BL        equ 16
FRAME_BH        equ 17
FRAME_DX        equ 20
FRAME_DL        equ 20
FRAME_DH        equ 21
FRAME_CX        equ 24
FRAME_CL        equ 24
FRAME_CH        equ 25
FRAME_AX        equ 28
FRAME_AL        equ 28
FRAME_AH        equ 29
FRAME_ES        equ 32
FRAME_DS        equ 34
FRAME_IP        equ 36
FRAME_CS        equ 38
FRAME_FLAGS     equ 40
CARRY           equ 0x01
ZERO            equ 0x40
`;

/** Begins a service: the caller's registers are at BP. */
export const enter = `
        cld
        push    ds
        push    es
        pushad
        mov     bp, sp
`;

/** Ends a service: registers and flags are those of the frame. */
export const leave = `
        popad
        pop     es
        pop     ds
        iret
`;
