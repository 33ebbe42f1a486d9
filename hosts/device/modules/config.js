// @ts-check
/** Sizes and deadlines from `config` of the application's manifest, under "lws": hosts/typings/host. */
import config from "mc/config";

export default config.lws ?? Object.freeze({});
