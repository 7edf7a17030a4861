/**
 * Tells, where somebody asked for a log, what a guest did to a device that makes no sense. The guest goes on as on
 * hardware. `what` is one of the device's few sentences, of which a log shows only the first times; `value` is printed after it.
 */
export type ReportGuestError = (what: string, value: number) => void;
