export * as kernels from "lws-xs/native/kernels";
