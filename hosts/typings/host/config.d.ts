/** Sizes and deadlines for contexts that do not give their own; on a device `config.lws` of the application's manifest. */
declare const config: Readonly<Record<string, unknown>>;
export default config;
