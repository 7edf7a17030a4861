/** What a device can ask of the machine. All take effect once the instruction that caused them is done. */
export interface PowerControl {
  powerOff(): void;
  /** Hard reset: CPU and devices. */
  reset(): void;
  /** Ends the emulator with an exit code (isa-debug-exit). */
  exit(code: number): void;
}
