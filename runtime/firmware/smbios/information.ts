/** Texts about the firmware: QEMU's `-smbios type=0`. */
export interface BiosInformation {
  /** The manufacturer. */
  readonly vendor?: string;
  /** Its version, in any form. */
  readonly version?: string;
  /** Such as "04/01/2014". */
  readonly date?: string;
  /** Such as "1.2". */
  readonly release?: string;
}

/** Texts about the system: QEMU's `-smbios type=1`. */
export interface SystemInformation {
  /** The manufacturer. */
  readonly manufacturer?: string;
  /** The product's name. */
  readonly product?: string;
  /** Its version, in any form. */
  readonly version?: string;
  /** Its serial number. */
  readonly serial?: string;
  /** The number by which it is sold. */
  readonly sku?: string;
  /** The family of products that it is of. */
  readonly family?: string;
}

/** Texts about the board: QEMU's `-smbios type=2`. */
export interface BoardInformation {
  /** The manufacturer. */
  readonly manufacturer?: string;
  /** The product's name. */
  readonly product?: string;
  /** Its version, in any form. */
  readonly version?: string;
  /** Its serial number. */
  readonly serial?: string;
  /** The number by which its owner keeps it. */
  readonly asset?: string;
  /** Where it is in the chassis. */
  readonly location?: string;
}

/** Texts about the chassis: QEMU's `-smbios type=3`. */
export interface ChassisInformation {
  /** The manufacturer. */
  readonly manufacturer?: string;
  /** Its version, in any form. */
  readonly version?: string;
  /** Its serial number. */
  readonly serial?: string;
  /** The number by which its owner keeps it. */
  readonly asset?: string;
  /** The number by which it is sold. */
  readonly sku?: string;
}

/** Information about the processor: QEMU's `-smbios type=4`. */
export interface ProcessorInformation {
  /** Name of its socket, before the number. */
  readonly socket?: string;
  /** The manufacturer. */
  readonly manufacturer?: string;
  /** Its version, in any form. */
  readonly version?: string;
  /** Its serial number. */
  readonly serial?: string;
  /** The number by which its owner keeps it. */
  readonly asset?: string;
  /** The number by which it is sold. */
  readonly part?: string;
  /** MHz that it can have, up to 65535. */
  readonly maxSpeed?: number;
  /** MHz that it has, up to 65535. */
  readonly currentSpeed?: number;
  /** Its identification. Default: EAX and EDX of CPUID leaf 1. */
  readonly id?: readonly [signature: number, features: number];
}

/** Information about the memory: QEMU's `-smbios type=17`. */
export interface MemoryInformation {
  /** Name of its place, before the number. */
  readonly locator?: string;
  /** Name of its bank. */
  readonly bank?: string;
  /** The manufacturer. */
  readonly manufacturer?: string;
  /** Its serial number. */
  readonly serial?: string;
  /** The number by which its owner keeps it. */
  readonly asset?: string;
  /** The number by which it is sold. */
  readonly part?: string;
  /** Millions of transfers a second, up to 65535. */
  readonly speed?: number;
}

/** The owner's description of a machine. */
export interface SmbiosDescription {
  /** About the firmware. Missing: there is no structure about it, and firmware adds its own. */
  readonly bios?: BiosInformation;
  /** About the system. */
  readonly system?: SystemInformation;
  /** About the board. Missing: there is no structure about it. */
  readonly board?: BoardInformation;
  /** About the chassis. */
  readonly chassis?: ChassisInformation;
  /** About the processor. */
  readonly processor?: ProcessorInformation;
  /** Texts for whoever knows of them: QEMU's `-smbios type=11`. */
  readonly oemStrings?: readonly string[];
  /** About the memory. */
  readonly memory?: MemoryInformation;
}

/** The information in the tables. */
export interface SmbiosInformation extends SmbiosDescription {
  /** 16 bytes in the order of their digits. */
  readonly uuid?: readonly number[];
  /** EAX and EDX of CPUID leaf 1. */
  readonly cpuid: readonly [signature: number, features: number];
  /** Bytes below 4 GB and above. */
  readonly ram: readonly [below: number, above: number];
}
