export async function runMicroBenchmarks(_filter: readonly string[], _json: boolean): Promise<void> {}
