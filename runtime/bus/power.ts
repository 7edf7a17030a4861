/** Requests of a device to the machine. All take effect once the instruction that caused them is done. */
export interface PowerControl {
  powerOff(): void;
  /** The system is suspended to RAM: no code runs until something wakes the machine (ACPI's S3). */
  suspend(): void;
  /** Somebody uses a device that wakes the machine, if it is suspended. */
  wake(): void;
  /** Hard reset: CPU and devices. */
  reset(): void;
  /** Ends the emulator with an exit code (isa-debug-exit). */
  exit(code: number): void;
}
