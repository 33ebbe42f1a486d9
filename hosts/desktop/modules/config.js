/* Nothing is configured from outside: hosts/typings/host.d.ts. */
export default Object.freeze({});
