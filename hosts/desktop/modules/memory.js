/**
 * What the application's static heap holds: an object of bytes (limit, heap, peakHeap, chunks, slotSize) and counts; and
 * what mbedTLS holds outside of it: tlsHeap, tlsHeapPeak.
 */
export function statistics() @ "lws_memory_statistics";
/** Collects garbage and compacts the chunks. */
export function collect() @ "lws_memory_collect";
