// @ts-check
/** The SDK's `url`: Node's classes under the SDK's names. */
import { URL, URLSearchParams } from "node:url";

export { URL, URL as default, URLSearchParams };
