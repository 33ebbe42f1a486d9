/** The public entry of the package. */
export * from "lws-xs/lws/index";
